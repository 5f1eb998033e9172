"""People's keypoints, and the embedded engine that finds them."""

from pose.estimator import METHODS, PoseEstimator
from pose.keypoints import COCO_17, Keypoints, KeypointSchema

__all__ = ["COCO_17", "METHODS", "KeypointSchema", "Keypoints", "PoseEstimator"]
