"""People's keypoints, and the embedded engine that finds them."""

from pose.estimator import METHODS, PoseEstimator, shipped_methods
from pose.keypoints import COCO_17, Keypoints, KeypointSchema
from pose.parsing import PARTS, HumanParser, Parsing
from pose.parts import CLOTHES

__all__ = [
    "CLOTHES",
    "COCO_17",
    "METHODS",
    "PARTS",
    "HumanParser",
    "KeypointSchema",
    "Keypoints",
    "Parsing",
    "PoseEstimator",
    "shipped_methods",
]
