"""People's keypoints, and the embedded engine that finds them."""

from pose.estimator import METHODS, PoseEstimator, shipped_methods
from pose.keypoints import COCO_17, Keypoints, KeypointSchema
from pose.parsing import PARTS, HumanParser, Parsing

__all__ = [
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
