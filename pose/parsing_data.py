"""Clothing masks of people: 59 labels merged into the parts, skin told apart by the skeleton."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from pose.engine.dataset import Sample, read_coco, read_grey
from pose.keypoints import COCO_17
from pose.part_corrections import correct, read_corrections
from pose.parts import PARTS

__all__ = [
    "MERGED",
    "LabelledPerson",
    "merge_labels",
    "read_draped_people",
    "read_people",
    "read_pseudo_people",
    "split_skin",
]

Mask = NDArray[np.uint8]

#: The labels of Clothing Co-Parsing that make up each part; `skin` is split by the skeleton.
#: What a name means is what its masks show: a `suit` is a jacket, a `bodysuit` a jumpsuit, a
#: `vest` as often a tank top as a waistcoat, `leggings` are opaque tights under a skirt or coat.
MERGED: dict[str, tuple[str, ...]] = {
    "background": ("null",),
    "hair": ("hair",),
    "top": (
        *("blouse", "bra", "hoodie", "intimate", "jumper", "shirt", "sweater", "sweatshirt"),
        *("t-shirt", "top", "vest"),
    ),
    "outer": ("blazer", "cape", "cardigan", "coat", "jacket", "suit"),
    "dress": ("bodysuit", "dress", "romper", "swimwear"),
    "bottom": ("jeans", "panties", "pants", "shorts", "skirt"),
    "legwear": ("leggings", "socks", "stockings", "tights"),
    "footwear": (
        *("boots", "clogs", "flats", "heels", "loafers", "pumps", "sandals", "shoes"),
        *("sneakers", "wedges"),
    ),
    "accessories": (
        *("accessories", "bag", "belt", "bracelet", "earrings", "glasses", "gloves", "hat"),
        *("necklace", "purse", "ring", "scarf", "sunglasses", "tie", "wallet", "watch"),
    ),
}
_SKIN = "skin"
#: Photos where `jeans` is the cloth, not the garment: what it is above the hips.
_DENIM = {
    **dict.fromkeys(("ccp_0213", "ccp_0238", "ccp_0844", "ccp_0879"), "top"),
    **dict.fromkeys(("ccp_0415", "ccp_0652", "ccp_0755", "ccp_0831", "ccp_0917"), "outer"),
}
_FACE_POINTS = ("nose", "left_eye", "right_eye", "left_ear", "right_ear")
# Half the thickness of head and neck, upper arm, forearm, hand, thigh and shin, in torso lengths.
_HEAD, _UPPER_ARM, _FOREARM, _HAND, _THIGH, _SHIN = 0.15, 0.08, 0.06, 0.10, 0.12, 0.09
# A patch of skin smaller than this, in squared torso lengths, is one limb: a hand, a foot, a neck.
_SMALL_PATCH = 0.15


@dataclass(frozen=True)
class LabelledPerson:
    """A person whose pixels are labelled.

    Attributes
    ----------
    sample : Sample
        The photo and the person's joints.
    parts : (H, W) uint8 array
        Indices into `pose.parts.PARTS`, or `UNKNOWN`; as large as the photo.
    """

    sample: Sample
    parts: Mask


def read_people(folder: Path, split: str, *, corrected: bool = False) -> list[LabelledPerson]:
    """Read the people of a folder that have masks.

    Left out are those whose joints do not lie on the mask: the photo shows several people, and
    mask and joints are of different ones, or the mask is empty.

    Parameters
    ----------
    folder : Path
        Holds `masks.json`, ``keypoints_{split}.json``, and the photos.
    split : str
        ``train`` or ``val``.
    corrected : bool
        With the kinds of clothes put right by eye (`pose.part_corrections`), not as drawn. Pixels
        of which nobody knows what they are become `UNKNOWN`.

    Raises
    ------
    ValueError
        If the split is not there, or a mask belongs to no person of it.
    OSError
        If a mask cannot be read.
    """
    listed = json.loads((folder / "masks.json").read_text())
    if split not in listed["splits"]:
        raise ValueError(f"{folder / 'masks.json'} has no split {split!r}")
    samples = read_coco(folder / f"keypoints_{split}.json", COCO_17)
    by_name = {sample.path.stem: sample for sample in samples}
    names = tuple(listed["labels"])
    corrections = read_corrections() if corrected else {}
    people = []
    for mask in listed["splits"][split]:
        sample = by_name.get(Path(mask).stem)
        if sample is None:
            raise ValueError(f"{mask}: no person of the split {split!r} is in its photo")
        person = _read_person(folder / mask, names, sample)
        if _agrees(person):
            right = correct(person.parts, corrections.get(sample.path.stem, {}))
            people.append(replace(person, parts=right))
    return people


def read_pseudo_people(folder: Path, labels: Path) -> list[LabelledPerson]:
    """Read the people whose parts `pose.pseudo_parsing` guessed.

    Parameters
    ----------
    folder : Path
        Holds ``keypoints_train.json`` and the photos.
    labels : Path
        Holds a mask of parts for some of the photos, named as they are.

    Raises
    ------
    OSError
        If a mask cannot be read.
    """
    people = []
    for sample in read_coco(folder / "keypoints_train.json", COCO_17):
        file = labels / f"{sample.path.stem}.png"
        if not file.is_file():
            continue
        people.append(LabelledPerson(sample, read_grey(file)))
    return people


def read_draped_people(folder: Path, draped: Path) -> list[LabelledPerson]:
    """Read people who were dressed anew, as ``tools/draped_people.py`` wrote them.

    Parameters
    ----------
    folder : Path
        Holds ``keypoints_train.json``: their joints stay where they were.
    draped : Path
        Holds pictures ``{photo}-{number}.jpg`` and their parts, ``.png``.

    Raises
    ------
    ValueError
        If nobody of that file is in the photo that a picture is named after.
    OSError
        If a mask cannot be read.
    """
    samples = {s.path.stem: s for s in read_coco(folder / "keypoints_train.json", COCO_17)}
    people = []
    for file in sorted(draped.glob("*.jpg")):
        photo = file.stem.split("-")[0]
        if photo not in samples:
            raise ValueError(f"{file}: nobody in {folder / 'keypoints_train.json'} is {photo!r}")
        parts = read_grey(file.with_suffix(".png"))
        people.append(LabelledPerson(replace(samples[photo], path=file), parts))
    return people


def _read_person(file: Path, names: tuple[str, ...], sample: Sample) -> LabelledPerson:
    labels = read_grey(file)
    parts = merge_labels(labels, names, sample.points, sample.labelled)
    if file.stem in _DENIM and "jeans" in names:
        denim = labels == names.index("jeans")
        denim[int(_hip_line(sample)) :] = False
        parts[denim] = PARTS.index(_DENIM[file.stem])
    return LabelledPerson(sample, parts)


def _hip_line(sample: Sample) -> float:
    hips = [COCO_17.index("left_hip"), COCO_17.index("right_hip")]
    return float(sample.points[hips, 1].mean())


def _agrees(person: LabelledPerson) -> bool:
    """Whether most joints of a person lie on its mask."""
    height, width = person.parts.shape
    covered = cv2.dilate((person.parts > 0).astype(np.uint8), np.ones((13, 13), np.uint8))
    points = np.round(person.sample.points[person.sample.labelled]).astype(int)
    inside = points[((points >= 0) & (points < (width, height))).all(axis=1)]
    return bool(len(inside)) and float(covered[inside[:, 1], inside[:, 0]].mean()) > 0.5


def merge_labels(
    labels: Mask,
    names: Sequence[str],
    points: NDArray[np.float64],
    labelled: NDArray[np.bool_],
) -> Mask:
    """Merge labels of clothes into parts, by name.

    Parameters
    ----------
    labels : (H, W) uint8 array
        Indices into `names`.
    names : sequence of str
        What they are.
    points : (17, 2) float array
        The person's joints (COCO-17), in pixels.
    labelled : (17,) bool array
        Where they are known.

    Returns
    -------
    (H, W) uint8 array
        Indices into `pose.parts.PARTS`.

    Raises
    ------
    ValueError
        If a name belongs to no part.
    """
    part_of = {name: PARTS.index(part) for part, members in MERGED.items() for name in members}
    unknown = [name for name in names if name not in part_of and name != _SKIN]
    if unknown:
        raise ValueError(f"labels that belong to no part: {', '.join(unknown)}")
    table = np.zeros(256, np.uint8)
    table[: len(names)] = [part_of.get(name, 0) for name in names]
    parts = table[labels]
    if _SKIN in names:
        skin = labels == list(names).index(_SKIN)
        parts[skin] = split_skin(skin, points, labelled)[skin]
    return parts


def split_skin(
    skin: NDArray[np.bool_], points: NDArray[np.float64], labelled: NDArray[np.bool_]
) -> Mask:
    """Tell face, arms and legs apart.

    A pixel belongs to the limb whose surface is nearest: bones are capsules as thick as limbs
    are, head and neck one from the middle of the face to that of the shoulders. Skin of the
    torso falls to the nearest of them too: a neckline's to the neck, a bare shoulder to the arm.
    A small patch by itself is one limb, so that a hand on the hip is not half a leg.

    Parameters
    ----------
    skin : (H, W) bool array
        Where there is skin.
    points : (17, 2) float array
        Joints (COCO-17), in pixels.
    labelled : (17,) bool array
        Where they are known.

    Returns
    -------
    (H, W) uint8 array
        Indices of ``face``, ``arms`` and ``legs`` in `pose.parts.PARTS`; 0 where no skin is.
    """
    parts = np.zeros(skin.shape, np.uint8)
    rows, columns = np.nonzero(skin)
    torso = _torso(points, labelled)
    bones = _bones(points, labelled, torso)
    if len(rows) == 0:
        return parts
    if not bones:
        parts[skin] = PARTS.index("face")
        return parts
    pixels = np.stack([columns, rows], axis=1).astype(np.float64)
    parts[rows, columns] = _nearest(pixels, bones)
    # Between clothes a bare piece of thigh is rarer than a hand before it.
    but_thighs = [bone for bone in bones if bone.name != "thigh"]
    whole = parts.copy()
    whole[rows, columns] = _nearest(pixels, but_thighs or bones)
    return _whole_patches(parts, whole, skin, _SMALL_PATCH * torso**2)


class _Bone(NamedTuple):
    part: str
    name: str
    start: NDArray[np.float64]
    end: NDArray[np.float64]
    radius: float


def _nearest(pixels: NDArray[np.float64], bones: Sequence[_Bone]) -> Mask:
    """Return the part of the bone whose surface is nearest to each of (N, 2) pixels."""
    distances = np.stack([_distance(pixels, b.start, b.end) - b.radius for b in bones])
    limb = np.array([PARTS.index(bone.part) for bone in bones], np.uint8)
    return np.asarray(limb[distances.argmin(axis=0)])


def _bones(points: NDArray[np.float64], labelled: NDArray[np.bool_], torso: float) -> list[_Bone]:
    """Return the part, both ends and the radius of every bone that is known."""
    at = {name: points[i] for i, name in enumerate(COCO_17.names) if labelled[i]}
    bones: list[_Bone] = []
    face = [at[name] for name in _FACE_POINTS if name in at]
    shoulders = [at[name] for name in ("left_shoulder", "right_shoulder") if name in at]
    if face:
        head = np.mean(face, axis=0)
        neck = np.mean(shoulders, axis=0) if len(shoulders) == 2 else head
        bones.append(_Bone("face", "head", head, neck, _HEAD * torso))
    for side in ("left", "right"):
        shoulder, elbow, wrist, hip, knee, ankle = (
            at.get(f"{side}_{joint}")
            for joint in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
        )
        if elbow is not None and wrist is not None:
            fingers = wrist + 0.4 * (wrist - elbow)
            bones.append(_Bone("arms", "forearm", elbow, wrist, _FOREARM * torso))
            bones.append(_Bone("arms", "hand", wrist, fingers, _HAND * torso))
        if shoulder is not None and elbow is not None:
            bones.append(_Bone("arms", "upper arm", shoulder, elbow, _UPPER_ARM * torso))
        if hip is not None and knee is not None:
            bones.append(_Bone("legs", "thigh", hip, knee, _THIGH * torso))
        if knee is not None and ankle is not None:
            bones.append(_Bone("legs", "shin", knee, ankle, _SHIN * torso))
    return bones


def _torso(points: NDArray[np.float64], labelled: NDArray[np.bool_]) -> float:
    """Return the length of the torso in pixels, guessed from the joints' extent if need be."""
    sides = [
        (COCO_17.index(f"{side}_shoulder"), COCO_17.index(f"{side}_hip"))
        for side in ("left", "right")
    ]
    ends = [
        float(np.linalg.norm(points[shoulder] - points[hip]))
        for shoulder, hip in sides
        if labelled[shoulder] and labelled[hip]
    ]
    if ends:
        return max(ends)
    return 0.3 * float(np.ptp(points[labelled], axis=0).max()) if labelled.any() else 1.0


def _distance(
    pixels: NDArray[np.float64], a: NDArray[np.float64], b: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return how far each of (N, 2) pixels is from the segment from `a` to `b`."""
    along = b - a
    share = ((pixels - a) @ along / max(float(along @ along), 1e-9)).clip(0, 1)
    return np.asarray(np.linalg.norm(pixels - a - share[:, None] * along, axis=1))


def _whole_patches(parts: Mask, whole: Mask, skin: NDArray[np.bool_], area: float) -> Mask:
    """Give every connected patch of skin smaller than `area` to what `whole` says most often."""
    count, found = cv2.connectedComponents(skin.astype(np.uint8), connectivity=8)
    patches = np.asarray(found, dtype=np.int64)[skin]
    pixels = np.zeros((count, len(PARTS)), np.int64)
    np.add.at(pixels, (patches, whole[skin]), 1)
    small = pixels.sum(axis=1) < area
    result = parts.copy()
    result[skin] = np.where(small[patches], pixels.argmax(axis=1)[patches], parts[skin])
    return result
