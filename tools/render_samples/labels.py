"""Exact keypoints of a rendered picture, by projecting what was modelled."""

from __future__ import annotations

import bpy
import numpy as np
from body import BaseMesh, PosedBody
from bpy_extras.object_utils import world_to_camera_view
from garments import Garment, positions_of
from mathutils import Vector

Points = dict[str, list[float]]


def project(camera: bpy.types.Object, size: tuple[int, int], points: np.ndarray) -> np.ndarray:
    """Project (N, 3) world points to pixels; (0, 0) is the centre of the top-left one."""
    scene = bpy.context.scene
    seen = [world_to_camera_view(scene, camera, Vector(point)) for point in points]
    return np.array([[p.x * size[0] - 0.5, (1 - p.y) * size[1] - 0.5] for p in seen])


def joint_labels(
    mesh: BaseMesh, body: PosedBody, camera: bpy.types.Object, size: tuple[int, int]
) -> Points:
    """COCO's joints from the rig's bones; left and right are the person's."""
    bones = {
        "shoulder": "upperarm01",
        "elbow": "lowerarm01",
        "wrist": "wrist",
        "hip": "upperleg01",
        "knee": "lowerleg01",
        "ankle": "foot",
    }
    names = [
        (f"{side}_{joint}", f"{bone}.{side[0].upper()}")
        for joint, bone in bones.items()
        for side in ("left", "right")
    ]
    places = {name: body.joints[bone] for name, bone in names}
    for side in ("left", "right"):
        places[f"{side}_eye"] = body.posed[mesh.indices(f"joint-{side[0]}-eye")].mean(axis=0)
    pixels = project(camera, size, np.array(list(places.values())))
    return dict(zip(places, pixels.round(1).tolist(), strict=True))


def corner_labels(
    garment: Garment, category: str, camera: bpy.types.Object, size: tuple[int, int]
) -> Points:
    """FashionAI's landmarks from the garment's openings; left and right are the image's."""
    points = positions_of(garment.object)
    loops = {
        name: project(camera, size, points[loop]) for name, loop in garment.loops.items()
    }
    labels: dict[str, np.ndarray] = {}
    if "collar" in loops:
        front = loops["collar"][points[garment.loops["collar"]][:, 1] < np.median(
            points[garment.loops["collar"]][:, 1]
        )]
        labels["center_front"] = front[front[:, 1].argmax()]
        _ends(labels, "neckline", loops["collar"])
    hem = {"blouse": "top_hem", "dress": "hemline", "skirt": "hemline"}.get(category)
    if hem and "hem" in loops:
        _ends(labels, hem, loops["hem"])
    if "waist" in loops:
        _ends(labels, "waistband", loops["waist"])
    # The wearer's left is on the image's right.
    for own, side in (("r", "left"), ("l", "right")):
        if f"cuff_{own}" in loops:
            _opening(labels, f"cuff_{side}", loops[f"cuff_{own}"], side)
        if f"hem_{own}" in loops:
            _opening(labels, f"bottom_{side}", loops[f"hem_{own}"], side)
    return {name: [round(float(v), 1) for v in point] for name, point in labels.items()}


def _ends(labels: dict[str, np.ndarray], stem: str, loop: np.ndarray) -> None:
    labels[f"{stem}_left"] = loop[loop[:, 0].argmin()]
    labels[f"{stem}_right"] = loop[loop[:, 0].argmax()]


def _opening(labels: dict[str, np.ndarray], stem: str, loop: np.ndarray, side: str) -> None:
    low, high = loop[loop[:, 0].argmin()], loop[loop[:, 0].argmax()]
    outer, inner = (low, high) if side == "left" else (high, low)
    labels[f"{stem}_out"], labels[f"{stem}_in"] = outer, inner
