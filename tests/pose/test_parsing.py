"""Parsing a picture: geometry by an oracle that sees colours, and the shipped weights."""

import os
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from figure import FIGURE

from pose import COCO_17, PARTS, HumanParser, Keypoints, Parsing
from pose.engine.network import NetworkConfig
from pose.engine.segmentation import SegmentationNetwork
from pose.evaluate_parsing import evaluate_parsing, format_table, given_joints
from pose.parsing import _WEIGHTS
from pose.parsing_crop import person_box
from pose.parsing_data import read_people
from pose.parsing_metrics import confusion, intersection_over_union

DATA = Path(os.environ.get("FLIXDRAPE_DATA", Path(__file__).parents[3] / "shared" / "data"))
needs_photos = pytest.mark.skipif(not DATA.is_dir(), reason=f"no validation photos at {DATA}")
needs_weights = pytest.mark.skipif(not _WEIGHTS.exists(), reason="no weights are shipped yet")


class Oracle(torch.nn.Module):
    """Knows a pixel's part by its grey value: 20 for each part."""

    def __init__(self):
        super().__init__()
        self.config = NetworkConfig(0, (96, 128), classes=len(PARTS))
        self.seen = []

    def forward(self, pictures):
        self.seen.append(tuple(pictures.shape))
        grey = torch.nn.functional.avg_pool2d(pictures.float().mean(dim=1, keepdim=True), 2)
        return -((grey / 20 - torch.arange(12.0)[None, :, None, None]) ** 2) * 8


def striped(scale=1.0):
    """A person of stripes on black, its parts, and its joints."""
    parts = np.zeros((340, 260), np.uint8)
    for part in range(1, len(PARTS)):
        parts[50 + 20 * part : 70 + 20 * part, 90 + 3 * part : 170] = part
    size = (round(260 * scale), round(340 * scale))
    parts = cv2.resize(parts, size, interpolation=cv2.INTER_NEAREST)
    joints = Keypoints(COCO_17, (FIGURE + (130, 180)) * scale, np.ones(17))
    return (parts * 20)[..., None].repeat(3, axis=2), parts, joints


@pytest.mark.parametrize("flip", [False, True])
@pytest.mark.parametrize("refine", [False, True])
@pytest.mark.parametrize("scale", [1.0, 4.0])
def test_labels_lie_where_the_parts_are(scale, refine, flip):
    image, parts, joints = striped(scale)
    parsing = HumanParser(Oracle(), flip_test=flip, refine=refine)(image, joints)
    labels = parsing.labels()
    assert labels.shape == parts.shape
    # A cell is five pixels, and between two greys lies a third: only well inside is it sure.
    width = round(16 * scale)
    inner = cv2.erode((parts == 6).astype(np.uint8), np.ones((width, width))) > 0
    assert inner.any()
    assert (labels[inner] == 6).all()
    both = (labels > 0) & (parts > 0)
    assert both.sum() / ((labels > 0) | (parts > 0)).sum() > 0.9
    # In a column, that no border between black and a brighter stripe disturbs.
    column = round(140 * scale)
    rows = [np.nonzero(found[:, column] == 6)[0].mean() for found in (labels, parts)]
    assert rows[0] == pytest.approx(rows[1], abs=0.7 * scale)


def doubtful(**chances):
    planes = np.zeros((len(PARTS), 1, 1), np.float32)
    for name, chance in chances.items():
        planes[PARTS.index(name)] = chance
    return Parsing(planes, (0, 0, 1, 1), (1, 1))


def test_a_coat_that_looked_like_a_dress_is_a_coat_when_told():
    right = doubtful(dress=0.6, outer=0.3, background=0.1).told(["outer", "bottom"])
    assert right.labels()[0, 0] == PARTS.index("outer")
    assert right.of("outer")[0, 0] > 0.75
    assert right.of("dress")[0, 0] == 0
    assert right.probabilities.sum() == pytest.approx(1)


def test_clothes_that_are_not_there_become_others_not_an_arm():
    right = doubtful(dress=0.8, arms=0.2).told(["top"])
    assert right.labels()[0, 0] == PARTS.index("top")


def test_legwear_that_is_not_there_is_a_bare_leg_or_a_boot():
    right = doubtful(legwear=0.6, footwear=0.3, bottom=0.1).told(["top", "bottom"])
    assert right.labels()[0, 0] == PARTS.index("footwear")


def test_clothes_become_those_that_lie_around():
    planes = np.zeros((len(PARTS), 100, 10), np.float32)
    planes[PARTS.index("dress")] = 0.8
    planes[PARTS.index("top"), :50] = planes[PARTS.index("bottom"), 50:] = 0.2
    right = Parsing(planes, (0, 0, 10, 100), (100, 10)).told(["top", "bottom"]).labels()
    assert (right[:50] == PARTS.index("top")).all()
    assert (right[50:] == PARTS.index("bottom")).all()


def test_what_may_be_there_keeps_its_chance():
    right = doubtful(dress=0.6, outer=0.4).told([], ["outer", "dress"])
    assert right.of("dress")[0, 0] == pytest.approx(0.6)


def test_rare_kinds_gain_more_by_being_told():
    right = doubtful(dress=0.5, top=0.5).told(["dress", "top"])
    assert right.of("dress")[0, 0] > right.of("top")[0, 0]


def test_what_is_said_twice_counts_once():
    once, twice = (
        doubtful(dress=0.3, arms=0.7).told(kinds) for kinds in (["dress"], ["dress"] * 2)
    )
    assert np.array_equal(once.probabilities, twice.probabilities)


def test_nobody_wears_a_background():
    with pytest.raises(ValueError, match="background"):
        doubtful(top=1.0).told(["background"])


def test_chances_add_up_everywhere():
    image, _, joints = striped()
    joints = Keypoints(COCO_17, joints.xy * 0.5 + (10, 60), joints.scores)
    parsing = HumanParser(Oracle())(image, joints)
    total = sum(parsing.of(part) for part in PARTS)
    assert np.allclose(total, 1, atol=1e-4)
    assert np.allclose(parsing.of(*PARTS), 1, atol=1e-4)
    x, y, width, height = parsing.box
    outside = np.ones(image.shape[:2], bool)
    outside[y : y + height, x : x + width] = False
    assert outside.any()
    assert (parsing.of("background")[outside] == 1).all()
    assert (parsing.silhouette()[outside] == 0).all()
    assert (parsing.labels()[outside] == 0).all()
    assert parsing.silhouette().dtype == np.float32
    assert parsing.probabilities.dtype == np.float32


def test_large_photos_are_worked_on_smaller():
    image, _, joints = striped(8.0)
    parsing = HumanParser(Oracle())(image, joints)
    assert max(parsing.probabilities.shape[1:]) == 768
    assert parsing.of("hair").shape == image.shape[:2]


def test_unknown_parts_and_pictures_are_refused():
    image, _, joints = striped()
    parser = HumanParser(Oracle(), flip_test=False)
    with pytest.raises(KeyError):
        parser(image, joints).of("tail")
    with pytest.raises(ValueError, match="uint8"):
        parser(image.astype(float), joints)
    with pytest.raises(ValueError, match="labels"):
        HumanParser(SegmentationNetwork(NetworkConfig(0, (32, 64), classes=3)))


def test_a_person_at_the_border_or_beyond_is_no_error():
    image, _, joints = striped()
    parser = HumanParser(Oracle())
    for shift in ((-120, 0), (200, 150), (2000, 0)):
        parsing = parser(image, Keypoints(COCO_17, joints.xy + shift, joints.scores))
        assert parsing.labels().shape == image.shape[:2]
        assert np.isfinite(parsing.probabilities).all()


def test_box_goes_on_where_the_photo_ends():
    joints = FIGURE + (130, 180)
    scores = np.ones(17)
    whole = person_box(Keypoints(COCO_17, joints, scores), (340, 260))
    assert whole == Keypoints(COCO_17, joints, scores).bbox()
    scores[15:] = 0
    _, y, _, height = person_box(Keypoints(COCO_17, joints, scores), (340, 260))
    assert y + height == pytest.approx(240 + 0.9 * 80)
    scores[13:] = 0
    assert sum(person_box(Keypoints(COCO_17, joints, scores), (250, 260))[1::2]) == 249
    scores[:5] = 0
    assert person_box(Keypoints(COCO_17, joints, scores), (340, 260))[1] == 100 - 48


def test_labels_break_ties_and_never_leave_the_crop():
    probabilities = np.zeros((12, 1, 2), np.float32)
    probabilities[[0, 3], 0, 0] = 0.5
    probabilities[7, 0, 1] = 1
    parsing = Parsing(probabilities, (2, 1, 2, 1), (3, 5))
    assert parsing.labels().tolist() == [[0] * 5, [0, 0, 0, 7, 0], [0] * 5]
    assert parsing.of("arms", "dress")[1].tolist() == [0, 0, 0.5, 1, 0]


def test_intersection_over_union_counts_every_picture():
    truth = np.array([[0, 1, 1, 2]], np.uint8)
    matrix = confusion(np.array([[0, 1, 2, 2]], np.uint8), truth, 4)
    assert matrix.sum() == 4
    assert matrix[1].tolist() == [0, 1, 1, 0]
    ious = intersection_over_union(matrix)
    assert ious[:3] == pytest.approx([1, 0.5, 0.5])
    assert np.isnan(ious[3])


@needs_photos
def test_evaluation_of_a_perfect_parser_is_perfect():
    people = read_people(DATA / "people", "val")[:2]

    class Perfect:
        def __init__(self):
            self.left = iter(people)

        def __call__(self, image, joints):
            parts = next(self.left).parts
            planes = np.eye(12, dtype=np.float32)[parts].transpose(2, 0, 1)
            return Parsing(planes, (0, 0, *parts.shape[::-1]), parts.shape)

    report = evaluate_parsing(Perfect(), people, given_joints, "given")
    assert report.miou == report.silhouette == report.accuracy == 1
    assert "| mean | 1.000 |" in format_table([report])


@needs_weights
def test_shipped_weights_say_nothing_is_there_on_a_wall():
    parser = HumanParser.load()
    joints = Keypoints(COCO_17, FIGURE + (130, 180), np.ones(17))
    wall = np.random.default_rng(0).integers(120, 136, (340, 260, 3)).astype(np.uint8)
    assert parser(wall, joints).silhouette().mean() < 0.2


@needs_weights
@needs_photos
def test_shipped_weights_parse_people():
    people = read_people(DATA / "people", "val")[:12]
    report = evaluate_parsing(HumanParser.load(), people, given_joints, "given")
    assert report.silhouette > 0.8
    assert report.accuracy > 0.9
    assert report.iou["face"] > 0.5
