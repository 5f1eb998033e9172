"""A standing figure with COCO's joints, 235 pixels tall around (0, 0)."""

import numpy as np

FIGURE = np.array(
    [
        *[(0, -110), (5, -115), (-5, -115), (11, -112), (-11, -112)],
        *[(24, -80), (-24, -80), (34, -40), (-34, -40), (38, 0), (-38, 0)],
        *[(15, 0), (-15, 0), (16, 60), (-16, 60), (17, 115), (-17, 115)],
    ],
    dtype=float,
)
