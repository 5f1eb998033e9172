"""People's keypoints, and the embedded engine that finds them."""

from pose.keypoints import COCO_17, Keypoints, KeypointSchema
from pose.topdown import METHODS, PoseEstimator

__all__ = ["COCO_17", "METHODS", "KeypointSchema", "Keypoints", "PoseEstimator"]
