"""FlixDrape: drapes a garment photographed on a mannequin onto a photo of a model."""

from flixdrape.drape import DrapeResult, drape
from flixdrape.errors import FlixDrapeError, NothingFoundError, UnusableInputError
from flixdrape.images import Picture, open_picture, save_picture

__version__ = "0.1.0"

__all__ = [
    "DrapeResult",
    "FlixDrapeError",
    "NothingFoundError",
    "Picture",
    "UnusableInputError",
    "__version__",
    "drape",
    "open_picture",
    "save_picture",
]
