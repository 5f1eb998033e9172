"""Coordinates without a heatmap."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from pose.engine.augment import Augmentation
from pose.engine.batches import CropBatches
from pose.engine.dataset import SampleImages
from pose.engine.network import NetworkConfig
from pose.engine.predictor import Predictor
from pose.engine.regression import (
    RegressionNetwork,
    RegressionOutput,
    decode_bins,
    regression_loss,
)
from pose.engine.training import Trainer, TrainingConfig, keypoint_loss

SIZE = (48, 64)
BOTH = pytest.mark.parametrize("decoder", ["classification", "coordinates"])


def perfect(points, decoder="classification"):
    """The output that puts (N, K, 2) points exactly where they are."""
    presence = torch.zeros(points.shape[:2])
    if decoder == "coordinates":
        relative = (points + 0.5) / torch.tensor(SIZE)
        return RegressionOutput(relative[..., :1], relative[..., 1:], presence, {}, SIZE)
    answers = [
        -((torch.arange(float(bins)) - points[..., axis, None]) ** 2) / 32
        for axis, bins in enumerate(SIZE)
    ]
    return RegressionOutput(answers[0], answers[1], presence, {}, SIZE)


@given(st.floats(3, 44), st.floats(3, 60))
def test_decoding_returns_what_was_encoded(x, y):
    points = torch.tensor([[[x, y]]])
    for decoder in ("classification", "coordinates"):
        found, certainty = perfect(points, decoder).decode()
        assert found[0, 0].tolist() == pytest.approx([x, y], abs=0.02)
        assert 0.5 < float(certainty[0, 0]) <= 1


def test_flat_and_border_answers_stay_inside():
    place, certainty = decode_bins(torch.zeros(2, 40))
    assert ((place >= 0) & (place < 40)).all()
    assert (certainty < 0.6).all()
    place, _ = decode_bins(-torch.arange(40.0))
    assert float(place) <= 1


@BOTH
def test_loss_is_zero_for_a_perfect_answer_and_ignores_what_is_not_seen(decoder):
    points = torch.tensor([[[8.0, 30.0], [40.0, 8.0]]])
    batch = {"points": points, "visible": torch.tensor([[1.0, 0.0]])}
    output = perfect(points, decoder)
    assert regression_loss(output, batch) == pytest.approx(0, abs=1e-4)
    moved = perfect(points + torch.tensor([[[0.0, 0.0], [9.0, 9.0]]]), decoder)
    assert regression_loss(moved, batch) == pytest.approx(0, abs=1e-4)
    wrong = perfect(points + 5, decoder)
    assert regression_loss(wrong, batch) > 0.5


@BOTH
def test_mirrored_answer_is_brought_back(decoder):
    points = torch.tensor([[[10.0, 30.0], [40.0, 8.0], [20.0, 50.0]]])
    order = (1, 0, 2)
    seen_mirrored = points[:, list(order)].clone()
    seen_mirrored[..., 0] = SIZE[0] - 1 - seen_mirrored[..., 0]
    mean = perfect(points, decoder).averaged(perfect(seen_mirrored, decoder), order)
    found, _ = mean.decode()
    assert torch.allclose(found, points, atol=0.05)


def test_unknown_head_is_refused():
    with pytest.raises(ValueError, match="no coordinate head"):
        RegressionNetwork(NetworkConfig(3, SIZE, decoder="pyramid"))


@pytest.mark.usefixtures("short_backbone")
@BOTH
def test_learns_where_the_corners_are(decoder, triangle_samples, square_schema, tmp_path):
    torch.manual_seed(0)
    config = NetworkConfig(3, SIZE, width=32, repeats=(1, 1, 1, 1), decoder=decoder)
    network = RegressionNetwork(config)
    mild = Augmentation(rotation=5, whole=0, half_body=0, occlusion=0, colour=0.2, blur=0, grey=0)
    training = TrainingConfig(
        epochs=6, epoch_size=96, batch_size=12, learning_rate=6e-3, backbone_rate=1.0, ema=0.8
    )
    batches = CropBatches(triangle_samples, square_schema, SIZE, mild)

    def error():
        predictor = Predictor(network, square_schema)
        away = []
        for sample in triangle_samples[:8]:
            image, _ = SampleImages().load(sample.path)
            found = predictor.predict([image], [sample.box()])[0].keypoints
            away.append(np.linalg.norm(found.xy - sample.points, axis=1).mean())
        return float(np.mean(away))

    before = error()
    trainer = Trainer(
        network, batches, lambda o, b: keypoint_loss(o, b, training), training, tmp_path
    )
    trainer.train(lambda _: {})
    assert error() < 0.5 * before
