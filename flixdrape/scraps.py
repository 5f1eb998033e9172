"""Pieces of old clothes that hang in the air when what joined them to the person is gone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from skimage.measure import label, regionprops

from flixdrape.wearer import Wearer

__all__ = ["scraps"]

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]

# What a piece has to be made of to go, and how much of it.
_CLOTH, _MOST = ("top", "outer", "dress", "bottom"), 0.6
# A buckle or a tassel goes too; a bag, larger than this in squared shoulder widths, stays.
_TRINKET = 0.05


def scraps(wearer: Wearer, gone: Floats, garment: Floats) -> Flags:
    """Find what was joined to the person by old clothes alone.

    Hands, hair, bags, legs in stockings or not, and feet stay wherever they are.

    Parameters
    ----------
    wearer : Wearer
        The person.
    gone : (H, W) float32 array
        Where old clothes give way to the scene, 0..1.
    garment : (H, W) float32 array
        The new garment's alpha, 0..1.

    Returns
    -------
    (H, W) bool array
    """
    person = wearer.part("background") < 0.5
    left = (person & (gone < 0.5)) | (garment > 0.5)
    pieces = label(left, connectivity=2)
    regions = regionprops(pieces)
    found = np.zeros(wearer.shape, bool)
    if len(regions) < 2:
        return found
    # Pieces that no cloth ever joined are no remains.
    together = label(person | (garment > 0.5), connectivity=2)
    body = max(regions, key=lambda region: region.area)
    whole = together[tuple(body.coords[0])]
    cloth, things = wearer.part(*_CLOTH), wearer.part("accessories")
    for region in regions:
        here = tuple(region.coords.T)
        if region.label == body.label or together[here][0] != whole:
            continue
        share = float((cloth[here] * (1 - garment[here])).mean())
        trinket = region.area < _TRINKET * wearer.body.width**2
        if share + (float(things[here].mean()) if trinket else 0.0) > _MOST:
            found[here] = True
    return found
