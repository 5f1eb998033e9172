"""From the network's answer to a garment, and the training photos' backgrounds."""

import cv2
import numpy as np
import pytest

from garment import FASHIONAI_24, LANDMARKS_OF, Garment, GarmentEstimator, shipped_methods
from garment.backgrounds import BackgroundSwap
from pose.engine.dataset import Sample
from pose.engine.keypoints import Keypoints
from pose.engine.predictor import Prediction


class OneAnswer:
    """Finds one garment, always the same."""

    def __init__(self, category, present, sure=0.9):
        scores = np.full(5, 0.02)
        scores[category] = 0.92
        presence = np.array([0.95 if name in present else 0.03 for name in FASHIONAI_24.names])
        xy = np.random.default_rng(0).uniform(0, 90, (24, 2))
        self.prediction = Prediction(
            Keypoints(FASHIONAI_24, xy, presence * sure),
            presence,
            np.full(24, sure),
            {"category": scores, "view": np.array([0.8, 0.2])},
            (0.0, 0.0, 90.0, 90.0),
        )

    def candidates(self, image):
        return [self.prediction]

    def in_boxes(self, image, boxes):
        return [self.prediction] * len(boxes)

    def __call__(self, image):
        return [self.prediction]


PICTURE = np.zeros((100, 100, 3), np.uint8)


def test_a_skirt_whose_hem_is_doubted_has_one_where_the_network_looked():
    waistband = ["waistband_left", "waistband_right"]
    answer = OneAnswer(3, waistband)
    found = GarmentEstimator(answer)(PICTURE)
    assert set(found.points) == {*waistband, "hemline_left", "hemline_right"}
    xy = answer.prediction.keypoints.xy[FASHIONAI_24.index("hemline_left")]
    assert found.points["hemline_left"] == pytest.approx(tuple(xy))
    # Doubted it stays.
    assert found.keypoints.score_of("hemline_left") < 0.1 < found.keypoints.score_of(waistband[0])


def test_a_stated_category_has_the_corners_it_needs():
    seen_as_dress = [n for n in LANDMARKS_OF["dress"] if "cuff" not in n]
    found = GarmentEstimator(OneAnswer(2, seen_as_dress))(PICTURE, category="skirt")
    assert found.category == "skirt"
    assert set(found.points) == set(LANDMARKS_OF["skirt"])


def test_lists_the_categorys_landmarks_and_none_for_lacking_ones():
    present = [name for name in LANDMARKS_OF["blouse"] if "cuff" not in name]
    found = GarmentEstimator(OneAnswer(0, present))(PICTURE)
    assert found.category == "blouse"
    assert found.view == "front"
    assert set(found.landmarks) == set(LANDMARKS_OF["blouse"])
    assert found.landmarks["cuff_left_in"] is None
    assert set(found.points) == set(present)
    assert sum(found.category_scores.values()) == pytest.approx(1)


def test_other_categories_landmarks_never_appear():
    found = GarmentEstimator(OneAnswer(3, FASHIONAI_24.names))(PICTURE)
    assert set(found.points) == set(LANDMARKS_OF["skirt"])


def test_told_category_wins():
    found = GarmentEstimator(OneAnswer(0, FASHIONAI_24.names))(PICTURE, category="dress")
    assert found.category == "dress"
    assert "hemline_left" in found.points
    with pytest.raises(ValueError, match="no category"):
        GarmentEstimator(OneAnswer(0, ()))(PICTURE, category="hat")


def test_what_was_taken_for_something_else_is_looked_for_in_the_whole_picture():
    """A dress taken for a top was closed in on down to where a top ends."""
    as_top = OneAnswer(0, [n for n in LANDMARKS_OF["blouse"] if "cuff" not in n])
    looks = []

    class Bodice(OneAnswer):
        def in_boxes(self, image, boxes):
            looks.extend(boxes)
            return [as_top.prediction] * len(boxes)

    found = GarmentEstimator(Bodice(0, LANDMARKS_OF["blouse"]))(PICTURE, category="dress")
    assert {"hemline_left", "hemline_right"} <= set(found.points)
    assert looks[0] == pytest.approx((6, 6, 88, 88))
    hem = as_top.prediction.keypoints["hemline_left"]
    x, y, width, height = looks[1]
    assert x <= hem[0] <= x + width
    assert y <= hem[1] <= y + height
    looks.clear()
    GarmentEstimator(Bodice(2, LANDMARKS_OF["dress"]))(PICTURE, category="dress")
    assert looks == []


def test_no_garment_where_nothing_is_sure():
    assert GarmentEstimator(OneAnswer(0, ()))(PICTURE) is None
    assert GarmentEstimator(OneAnswer(0, LANDMARKS_OF["blouse"], sure=0.1))(PICTURE) is None


def test_all_garments_are_read():
    found = GarmentEstimator(OneAnswer(3, FASHIONAI_24.names)).find_all(PICTURE)
    assert [garment.category for garment in found] == ["skirt"]


@pytest.mark.parametrize(
    "picture", [np.zeros((9, 9), np.uint8), np.zeros((9, 9, 4), np.uint8), np.zeros((9, 9, 3))]
)
def test_other_arrays_are_refused(picture):
    with pytest.raises(ValueError, match="uint8"):
        GarmentEstimator(OneAnswer(0, ()))(picture)


@pytest.fixture
def matted(tmp_path):
    """A red square garment on green, its matte, and a sample that points at its corners."""
    image = np.full((120, 100, 3), (0, 200, 0), np.uint8)
    image[40:100, 30:70] = (200, 0, 0)
    matte = np.zeros((120, 100), np.uint8)
    matte[40:100, 30:70] = 255
    cv2.imwrite(str(tmp_path / "one.png"), matte)
    points = np.zeros((24, 2))
    labelled = np.zeros(24, dtype=bool)
    for name, place in {
        "neckline_left": (40, 40),
        "neckline_right": (60, 40),
        "center_front": (50, 46),
        "top_hem_left": (30, 99),
        "top_hem_right": (69, 99),
    }.items():
        points[FASHIONAI_24.index(name)] = place
        labelled[FASHIONAI_24.index(name)] = True
    return tmp_path, image, Sample(tmp_path / "one.webp", points, labelled, ~labelled)


def test_swapped_background_keeps_the_garment(matted):
    folder, image, sample = matted
    rng = np.random.default_rng(0)
    changed = BackgroundSwap(folder, share=1.0)(sample, image, 1.0, rng)
    assert np.array_equal(changed[60:95, 35:65], image[60:95, 35:65])
    green = (changed.astype(int) - [0, 200, 0]).__abs__().sum(axis=2) < 30
    assert green.mean() < 0.05


def test_share_zero_and_unknown_photos_are_left(matted):
    folder, image, sample = matted
    rng = np.random.default_rng(0)
    assert BackgroundSwap(folder, share=0.0)(sample, image, 1.0, rng) is image
    (folder / "one.png").unlink()
    assert BackgroundSwap(folder, share=1.0)(sample, image, 1.0, rng) is image


def test_a_doubtful_garment_is_found_where_its_category_is_stated():
    present = [name for name in LANDMARKS_OF["blouse"] if "cuff" not in name]
    doubtful = GarmentEstimator(OneAnswer(0, present, sure=0.25))
    assert doubtful(PICTURE) is None
    assert doubtful(PICTURE, category="blouse").category == "blouse"
    assert GarmentEstimator(OneAnswer(0, present, sure=0.05))(PICTURE, category="blouse") is None


@pytest.mark.parametrize("method", shipped_methods())
@pytest.mark.parametrize("name", ["mannequin_top", "mannequin_dress", "mannequin_trousers"])
def test_shipped_methods_agree_on_the_samples(method, name):
    from flixdrape.samples import sample

    image = cv2.cvtColor(cv2.imread(str(sample(name))), cv2.COLOR_BGR2RGB)
    reference = GarmentEstimator.load()(image)
    found = GarmentEstimator.load(method)(image)
    assert found.category == reference.category
    shared = found.points.keys() & reference.points.keys()
    assert len(shared) >= 0.7 * len(reference.points)
    far = [np.hypot(*np.subtract(found.points[n], reference.points[n])) for n in shared]
    assert np.mean(far) < 0.04 * image.shape[1]


def test_the_box_holds_the_landmarks_that_are_there():
    xy, scores = np.full((24, 2), 500.0), np.zeros(24)
    garment = Garment(Keypoints(FASHIONAI_24, xy, scores), "skirt", {}, "front", 0.0)
    assert garment.box == (0, 0, 0, 0)
    for name, place in (("waistband_left", (30, 20)), ("hemline_right", (90, 70))):
        xy[FASHIONAI_24.index(name)], scores[FASHIONAI_24.index(name)] = place, 0.8
    assert garment.box == (30, 20, 60, 50)
