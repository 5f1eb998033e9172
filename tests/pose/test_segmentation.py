"""The segmentation network: shapes, loss, learning, weights on disk."""

import numpy as np
import pytest
import torch

from pose.engine.checkpoint import CheckpointError, initialise, load_checkpoint, save_checkpoint
from pose.engine.labels import LabelSchema
from pose.engine.network import KeypointNetwork, NetworkConfig
from pose.engine.segmentation import (
    UNKNOWN,
    SegmentationNetwork,
    label_weights,
    segmentation_loss,
)

SCHEMA = LabelSchema("test", ("background", "left", "right"))
CONFIG = NetworkConfig(0, (32, 64), width=32, repeats=(1, 1, 1, 1), classes=3)


@pytest.fixture
def network():
    torch.manual_seed(0)
    return SegmentationNetwork(CONFIG)


@pytest.mark.parametrize("size", [(64, 32), (96, 80), (36, 44)])
def test_answers_a_cell_for_two_by_two_pixels(network, size):
    with torch.inference_mode():
        logits = network.eval()(torch.zeros(2, 3, *size, dtype=torch.uint8))
    assert logits.shape == (2, 3, size[0] // 2, size[1] // 2)


def test_fine_feature_is_that_at_stride_two(network):
    picture = torch.rand(1, 3, 64, 32)
    with torch.inference_mode():
        finest, *others = network.backbone.eval().levels(picture)
        same = network.backbone(picture)
    assert finest.shape == (1, network.backbone.fine_channels, 32, 16)
    assert all(torch.equal(a, b) for a, b in zip(others, same, strict=True))


def test_loss_is_zero_for_the_truth_and_grows_with_errors():
    labels = torch.randint(0, 3, (2, 8, 6))
    right = 30.0 * torch.nn.functional.one_hot(labels, 3).permute(0, 3, 1, 2)
    weights = torch.ones(3)
    perfect = segmentation_loss(right, labels, weights)["total"]
    unsure = segmentation_loss(torch.zeros_like(right), labels, weights)
    wrong = segmentation_loss(right.roll(1, dims=1), labels, weights)["total"]
    assert perfect == pytest.approx(0, abs=1e-4)
    assert unsure["entropy"] == pytest.approx(np.log(3), abs=1e-4)
    assert perfect < unsure["total"] < wrong


def test_labels_that_do_not_occur_cost_no_dice():
    labels = torch.zeros(1, 4, 4, dtype=torch.uint8)
    logits = torch.zeros(1, 3, 4, 4)
    logits[:, 0] = 30
    assert segmentation_loss(logits, labels, torch.ones(3))["dice"] == pytest.approx(0, abs=1e-5)


def test_unknown_pixels_do_not_count():
    labels = torch.randint(0, 3, (2, 8, 6))
    logits = 4 * torch.randn(2, 3, 8, 6)
    weights = torch.tensor([1.0, 2.0, 0.5])
    left = segmentation_loss(logits[..., :4], labels[..., :4], weights)
    labels[..., 4:] = UNKNOWN
    whole = segmentation_loss(logits, labels, weights)
    for name in ("entropy", "dice"):
        assert whole[name] == pytest.approx(float(left[name]), abs=1e-5)
    nothing = segmentation_loss(logits, torch.full_like(labels, UNKNOWN), weights)
    assert nothing["total"] == 0


def test_rare_labels_weigh_more_and_the_mean_stays():
    counts = torch.tensor([900, 90, 10])
    weights = label_weights(counts)
    assert weights[0] < weights[1] < weights[2] < 3 * weights[0]
    assert (weights * counts).sum() / counts.sum() == pytest.approx(1.0)
    assert torch.isfinite(label_weights(torch.tensor([5, 0]))).all()


def test_learns_two_halves(network):
    labels = torch.zeros(2, 32, 16, dtype=torch.uint8)
    labels[:, :, :8], labels[:, 8:24, 8:] = 1, 2
    pictures = (labels.repeat_interleave(2, 1).repeat_interleave(2, 2) * 100)[:, None]
    pictures = pictures.expand(2, 3, 64, 32)
    optimizer = torch.optim.AdamW(network.parameters(), lr=2e-3)
    network.train()
    losses = []
    for _ in range(25):
        loss = segmentation_loss(network(pictures), labels, torch.ones(3))["total"]
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.3 * losses[0]


def test_weights_come_back_with_their_labels(network, tmp_path):
    path = tmp_path / "parsing.safetensors"
    save_checkpoint(network, SCHEMA, path, {"data": "none"})
    loaded = load_checkpoint(path, SCHEMA, SegmentationNetwork)
    picture = torch.rand(1, 3, 64, 32) * 255
    with torch.inference_mode():
        assert torch.allclose(network.eval()(picture), loaded(picture), atol=0.05)
    assert loaded.config == CONFIG
    other = LabelSchema("test", ("background", "right", "left"))
    with pytest.raises(CheckpointError, match="trained for"):
        load_checkpoint(path, other, SegmentationNetwork)
    with pytest.raises(CheckpointError, match="holds a segmentation network"):
        load_checkpoint(path, SCHEMA, KeypointNetwork)


def test_starts_from_backbone_and_pyramid_of_keypoints(network, tmp_path, square_schema):
    torch.manual_seed(1)
    keypoints = KeypointNetwork(NetworkConfig(3, (32, 64), width=32, repeats=(1, 1, 1, 1)))
    path = tmp_path / "keypoints.safetensors"
    save_checkpoint(keypoints, square_schema, path, {})
    filled = initialise(network, path, square_schema)
    own = {name for name in network.state_dict() if not name.endswith("num_batches_tracked")}
    assert {name.split(".")[0] for name in filled} == {"backbone", "pyramid"}
    assert {name for name in own if name.startswith(("backbone.", "pyramid."))} == set(filled)


def test_repeated_labels_are_refused():
    with pytest.raises(ValueError, match="repeated"):
        LabelSchema("test", ("a", "a"))
