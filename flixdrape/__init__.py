"""FlixDrape: drapes a garment photographed on a mannequin onto a photo of a model."""

from flixdrape.analysis import GarmentAnalysis, PersonAnalysis, analyse_garment, analyse_person
from flixdrape.drape import DrapeResult, drape, drape_analysed
from flixdrape.errors import FlixDrapeError, NothingFoundError, UnusableInputError
from flixdrape.images import Picture, open_picture, save_picture
from flixdrape.options import DrapeOptions

__version__ = "0.1.0"

__all__ = [
    "DrapeOptions",
    "DrapeResult",
    "FlixDrapeError",
    "GarmentAnalysis",
    "NothingFoundError",
    "PersonAnalysis",
    "Picture",
    "UnusableInputError",
    "__version__",
    "analyse_garment",
    "analyse_person",
    "drape",
    "drape_analysed",
    "open_picture",
    "save_picture",
]
