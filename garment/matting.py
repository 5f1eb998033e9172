"""From a hard mask to a soft matte, and the foreground's own colours along its edge.

Both rest on the same two pictures: around every pixel, the mean colour of what is surely
foreground and of what is surely background. They change slowly, so they are found on a reduced
picture and enlarged.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.float32]
Mask = NDArray[np.bool_]

# Variance of colour (0..1 scale) below which two colours do not count as different.
_NOISE = 0.003


class LocalColours(NamedTuple):
    """Mean colours around every pixel, and how far they can be told apart.

    Attributes
    ----------
    foreground, background
        (H, W, 3) float32, 0..1.
    contrast
        (H, W) float32, 0..1: near 1 where the two means lie far apart for the colours' scatter.
    """

    foreground: Image
    background: Image
    contrast: Image


def unit(values: NDArray[np.uint8]) -> Image:
    """Bring bytes to float32, 0..1.

    Examples
    --------
    >>> import numpy as np
    >>> unit(np.array([0, 255], np.uint8)).tolist()
    [0.0, 1.0]
    """
    return np.divide(values, 255, dtype=np.float32)


def local_colours(
    image: Image, foreground: Mask | Image, background: Mask | Image, radius: int
) -> LocalColours:
    """Average the sure foreground and the sure background around every pixel.

    Parameters
    ----------
    image
        (H, W, 3) float32 colours, 0..1.
    foreground, background
        (H, W) weights, 0..1; a pixel that is neither has weight 0 in both.
    radius
        Half the side of the window in pixels. Where a window holds too little, wider ones help.

    Returns
    -------
    LocalColours

    Examples
    --------
    >>> import numpy as np
    >>> picture = np.zeros((4, 8, 3), np.float32); picture[:, 4:] = 1
    >>> right = np.arange(8)[None].repeat(4, axis=0) > 4
    >>> colours = local_colours(picture, right, np.fliplr(right), 3)
    >>> float(colours.foreground.min()), float(colours.background.max())
    (1.0, 0.0)
    """
    front, front_variance = _weighted_statistics(image, foreground, radius)
    back, back_variance = _weighted_statistics(image, background, radius)
    distance = ((front - back) ** 2).sum(-1)
    contrast = distance / (distance + 4 * (front_variance + back_variance) + _NOISE)
    return LocalColours(front, back, contrast)


def refine_matte(image: Image, prior: Image, colours: LocalColours) -> Image:
    """Read each pixel's alpha from where its colour lies between background and foreground.

    Parameters
    ----------
    image
        (..., 3) float32 colours, 0..1.
    prior
        (...) float32 matte, 0..1, to rely on where the two colours are alike or scattered.
    colours
        The local colours of the same pixels.

    Returns
    -------
    (...) float32 array, 0..1

    References
    ----------
    The alpha that best explains a pixel for given foreground and background colours: Y.-Y. Chuang
    et al., "A Bayesian approach to digital matting", CVPR 2001, equation 10.

    Examples
    --------
    >>> import numpy as np
    >>> ones = np.ones((1, 3), np.float32)
    >>> colours = LocalColours(ones, 0 * ones, np.ones(1, np.float32))
    >>> refine_matte(0.25 * ones, np.zeros(1, np.float32), colours).tolist()
    [0.25]
    """
    towards = colours.foreground - colours.background
    along = ((image - colours.background) * towards).sum(-1)
    alpha = np.clip(along / np.maximum((towards**2).sum(-1), 1e-6), 0, 1)
    return (colours.contrast * alpha + (1 - colours.contrast) * prior).astype(np.float32)


def fuse_foreground(image: Image, matte: Image, colours: LocalColours) -> Image:
    """Estimate the foreground's own colour in mixed pixels.

    Parameters
    ----------
    image
        (..., 3) float32 colours, 0..1.
    matte
        (...) float32, 0..1.
    colours
        The local colours of the same pixels.

    Returns
    -------
    (..., 3) float32 array, 0..1
        The image itself where the matte is 1, the local mean where it is 0. A pixel that looks like
        foreground already, rather than like the mixture, keeps its colour: pictures with an alpha
        of their own often come so.

    References
    ----------
    M. Forte, "Approximate fast foreground colour estimation", ICIP 2021, equation 7.

    Examples
    --------
    >>> import numpy as np
    >>> red, blue = np.float32([[1, 0, 0]]), np.float32([[0, 0, 1]])
    >>> colours = LocalColours(red, blue, np.ones(1, np.float32))
    >>> fuse_foreground((red + blue) / 2, np.float32([0.5]), colours).tolist()
    [[1.0, 0.0, 0.0]]
    """
    alpha = matte[..., None]
    mixture = alpha * colours.foreground + (1 - alpha) * colours.background
    own = colours.foreground + alpha * (image - mixture)
    pure = ((image - colours.foreground) ** 2).sum(-1) < ((image - mixture) ** 2).sum(-1)
    return np.clip(np.where(pure[..., None], image, own), 0, 1).astype(np.float32)


def _weighted_statistics(image: Image, weight: Mask | Image, radius: int) -> tuple[Image, Image]:
    """Average colours, and their scatter, in windows that widen until all have found some."""
    weight = weight.astype(np.float32)
    weighted = np.dstack([image * weight[..., None], (image**2).sum(-1) * weight])
    total = np.zeros_like(weighted)
    found = np.zeros_like(weight)
    while True:
        size = (2 * radius + 1, 2 * radius + 1)
        amount = cv2.blur(weight, size).astype(np.float32)
        # A window with a few pixels gives an unsure mean: a wider one takes part of the say.
        share = np.clip(amount / 0.05, 0, 1) * (1 - found)
        mean = cv2.blur(weighted, size) / np.maximum(amount, 1e-6)[..., None]
        total += share[..., None] * mean
        found += share
        if radius >= max(weight.shape) or found.min() > 0.99:
            break
        radius *= 3
    total /= np.maximum(found, 1e-6)[..., None]
    mean = np.clip(total[..., :3], 0, 1)
    variance = np.maximum(total[..., 3] - (mean**2).sum(-1), 0)
    return mean.astype(np.float32), variance.astype(np.float32)
