"""The embedded keypoint engine: it knows no human and no garment."""
