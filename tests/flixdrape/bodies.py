"""People and garments with known joints and corners."""

import numpy as np

from garment import FASHIONAI_24, Garment
from pose import COCO_17, Keypoints

STANDING = {
    "nose": (200, 70),
    "left_eye": (208, 62),
    "right_eye": (192, 62),
    "left_ear": (220, 66),
    "right_ear": (180, 66),
    "left_shoulder": (245, 130),
    "right_shoulder": (155, 130),
    "left_elbow": (262, 205),
    "right_elbow": (138, 205),
    "left_wrist": (268, 275),
    "right_wrist": (132, 275),
    "left_hip": (228, 265),
    "right_hip": (172, 265),
    "left_knee": (230, 375),
    "right_knee": (170, 375),
    "left_ankle": (230, 480),
    "right_ankle": (170, 480),
}

TEE = {
    "neckline_left": (160, 60),
    "neckline_right": (240, 60),
    "center_front": (200, 85),
    "shoulder_left": (110, 75),
    "shoulder_right": (290, 75),
    "armpit_left": (105, 160),
    "armpit_right": (295, 160),
    "cuff_left_out": (30, 150),
    "cuff_left_in": (70, 190),
    "cuff_right_out": (370, 150),
    "cuff_right_in": (330, 190),
    "top_hem_left": (110, 360),
    "top_hem_right": (290, 360),
}
DRESS = {
    **{name: place for name, place in TEE.items() if "top_hem" not in name},
    "waistline_left": (125, 230),
    "waistline_right": (275, 230),
    "hemline_left": (70, 480),
    "hemline_right": (330, 480),
}
JACKET = {**TEE, "waistline_left": (115, 240), "waistline_right": (285, 240)} | {
    "cuff_left_out": (20, 330),
    "cuff_left_in": (60, 345),
    "cuff_right_out": (380, 330),
    "cuff_right_in": (340, 345),
}
SKIRT = {
    "waistband_left": (140, 60),
    "waistband_right": (260, 60),
    "hemline_left": (90, 300),
    "hemline_right": (310, 300),
}
TROUSERS = {
    "waistband_left": (140, 40),
    "waistband_right": (260, 40),
    "crotch": (200, 130),
    "bottom_left_out": (130, 380),
    "bottom_left_in": (180, 380),
    "bottom_right_in": (220, 380),
    "bottom_right_out": (270, 380),
}
GARMENTS = {
    "blouse": TEE,
    "outwear": JACKET,
    "dress": DRESS,
    "skirt": SKIRT,
    "trousers": TROUSERS,
}


def person(changes=None, missing=(), scale=1.0, shift=(0.0, 0.0)):
    joints = {**STANDING, **(changes or {})}
    xy = np.array([joints[name] for name in COCO_17.names], dtype=float) * scale + shift
    scores = np.array([0.0 if name in missing else 0.9 for name in COCO_17.names])
    return Keypoints(COCO_17, xy, scores)


def garment(category, changes=None, missing=(), view="front"):
    points = {**GARMENTS[category], **(changes or {})}
    xy = np.zeros((24, 2))
    scores = np.zeros(24)
    for name, place in points.items():
        if name not in missing:
            xy[FASHIONAI_24.index(name)] = place
            scores[FASHIONAI_24.index(name)] = 0.9
    return Garment(Keypoints(FASHIONAI_24, xy, scores), category, {}, view, 0.9)
