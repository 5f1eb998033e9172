"""Prediction: flips, batches, locating; with networks whose answers are known."""

import numpy as np
import pytest
import torch
from marks import MARKS, MarkFinder, picture

from pose.engine.keypoints import KeypointSchema
from pose.engine.network import KeypointNetwork, NetworkConfig
from pose.engine.predictor import Predictor, overlap

POINTS = np.array([[220.0, 90.0], [260.0, 100.0], [240.0, 170.0]])


@pytest.mark.parametrize("flip", [False, True])
def test_points_come_back_in_the_pictures_pixels(flip):
    predictor = Predictor(MarkFinder(), MARKS, flip_test=flip)
    found = predictor.predict([picture(POINTS)], [(220.0, 90.0, 40.0, 80.0)])[0]
    assert np.abs(found.keypoints.xy - POINTS).max() < 1.0
    assert (found.keypoints.scores > 0.8).all()


def test_batches_keep_the_order_of_their_boxes():
    images, boxes, truths = [], [], []
    for shift in range(5):
        points = POINTS + [7.0 * shift, -5.0 * shift]
        images.append(picture(points))
        boxes.append((220.0 + 7 * shift, 90.0 - 5 * shift, 40.0, 80.0))
        truths.append(points)
    found = Predictor(MarkFinder(), MARKS).predict(images, boxes, batch_size=2)
    for prediction, truth in zip(found, truths, strict=True):
        assert np.abs(prediction.keypoints.xy - truth).max() < 1.0


def test_locating_looks_closer_until_the_box_stands_still():
    predictor = Predictor(MarkFinder(), MARKS)
    found = predictor.locate(picture(POINTS, (800, 600), radius=14))
    # Closer, the marks are cut off at the crop's edge, which moves their centres a little.
    assert np.abs(found.keypoints.xy - POINTS).max() < 3
    assert found.box[2] < 80


class Counting(MarkFinder):
    """Remembers the size of every crop it was shown."""

    def __init__(self):
        super().__init__()
        self.sizes = []

    def forward(self, crops):
        self.sizes.append((crops.shape[3], crops.shape[2]))
        return super().forward(crops)


def test_glancing_takes_one_look_at_the_picture_and_one_at_the_box():
    network = Counting()
    predictor = Predictor(network, MARKS, flip_test=False, glance=(48, 72))
    found = predictor.locate(picture(POINTS, radius=5))
    assert network.sizes == [(48, 72), (64, 96)]
    assert np.abs(found.keypoints.xy - POINTS).max() < 2


def test_crops_may_be_smaller_than_those_trained_on():
    network = Counting()
    predictor = Predictor(network, MARKS, flip_test=False, size=(48, 72))
    found = predictor.predict([picture(POINTS)], [(220.0, 90.0, 40.0, 80.0)])[0]
    assert network.sizes == [(48, 72)]
    assert np.abs(found.keypoints.xy - POINTS).max() < 1.5


def test_glancing_at_nothing_gives_up_after_one_look():
    network = Counting()
    predictor = Predictor(network, MARKS, flip_test=False, glance=(48, 72))
    found = predictor.locate(np.full((90, 120, 3), 128, np.uint8))
    assert network.sizes == [(48, 72)]
    assert found.keypoints.score < 0.01


class Rough(Counting):
    """Misplaces the last mark while it sees the whole picture, as of a small instance."""

    def forward(self, crops):
        output = super().forward(crops)
        if len(self.sizes) > 1:
            return output
        maps = output.heatmaps.clone()
        maps[:, 2] = maps[:, 2].roll(6, dims=1)
        return output._replace(heatmaps=maps)


def test_a_poor_box_is_looked_at_again():
    network = Rough()
    predictor = Predictor(network, MARKS, flip_test=False, glance=(48, 72))
    found = predictor.locate(picture(POINTS, radius=5))
    assert network.sizes == [(48, 72), (64, 96), (64, 96)]
    assert np.abs(found.keypoints.xy - POINTS).max() < 1


def test_locating_in_an_empty_picture_gives_up_without_scores():
    found = Predictor(MarkFinder(), MARKS).locate(np.full((90, 120, 3), 128, np.uint8))
    assert found.keypoints.score < 0.01


def test_flip_test_is_symmetric():
    """A network that mirrors its input must see the same mirrored person."""
    torch.manual_seed(0)
    schema = KeypointSchema("pair", ("left", "right", "mid"), flip_pairs=(("left", "right"),))
    network = KeypointNetwork(NetworkConfig(3, (64, 96), width=32, repeats=(1, 1, 1, 1)))
    predictor = Predictor(network, schema, flip_test=True)
    image = np.random.default_rng(0).integers(0, 256, (96, 64, 3)).astype(np.uint8)
    box = (0.0, 0.0, 63.0, 95.0)
    plain = predictor.predict([image], [box])[0]
    mirrored = predictor.predict([np.ascontiguousarray(image[:, ::-1])], [box])[0]
    assert np.allclose(plain.presence, mirrored.presence[[1, 0, 2]], atol=1e-4)
    back = mirrored.keypoints.xy[[1, 0, 2]] * [-1, 1] + [63, 0]
    assert np.allclose(plain.keypoints.xy, back, atol=0.2)


def test_fusing_changes_no_answer():
    torch.manual_seed(0)
    network = KeypointNetwork(NetworkConfig(3, (64, 96), width=32, repeats=(1, 1, 1, 1)))
    predictor = Predictor(network, MARKS)
    image = np.random.default_rng(0).integers(0, 256, (96, 64, 3)).astype(np.uint8)
    before = predictor.predict([image], [(5.0, 5.0, 50.0, 80.0)])[0].keypoints.xy
    after = predictor.fuse().predict([image], [(5.0, 5.0, 50.0, 80.0)])[0].keypoints.xy
    assert np.allclose(before, after, atol=0.05)


def test_schema_must_fit_the_network():
    with pytest.raises(ValueError, match="3 keypoints"):
        Predictor(MarkFinder(), KeypointSchema("one", ("a",)))


def test_overlap():
    assert overlap((0, 0, 2, 2), (1, 0, 2, 2)) == pytest.approx(1 / 3)
    assert overlap((0, 0, 1, 1), (5, 5, 1, 1)) == 0
