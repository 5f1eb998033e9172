"""Weights on disk are checked before they are used."""

import json

import pytest
import torch

from pose.engine.checkpoint import (
    CheckpointError,
    initialise,
    load_checkpoint,
    save_checkpoint,
)
from pose.engine.keypoints import KeypointSchema
from pose.engine.network import KeypointNetwork, NetworkConfig
from pose.engine.regression import RegressionNetwork


@pytest.fixture
def saved(tmp_path, square_schema):
    torch.manual_seed(0)
    network = KeypointNetwork(NetworkConfig(3, (64, 96), width=32, repeats=(1, 1, 1, 1))).eval()
    path = tmp_path / "weights.safetensors"
    save_checkpoint(network, square_schema, path, {"data": "none"})
    return network, path


def test_loaded_network_answers_as_the_saved_one(saved, square_schema):
    network, path = saved
    loaded = load_checkpoint(path, square_schema, KeypointNetwork)
    picture = torch.rand(1, 3, 96, 64) * 255
    with torch.inference_mode():
        ours, theirs = network(picture).heatmaps, loaded(picture).heatmaps
    assert torch.allclose(ours, theirs, atol=0.05)
    assert not loaded.training


def test_what_a_base_holds_is_not_stored_again(saved, square_schema):
    path = saved[1]
    torch.manual_seed(1)
    other = RegressionNetwork(
        NetworkConfig(3, (64, 96), width=32, repeats=(1, 1, 1, 1), decoder="classification")
    ).eval()
    filled = initialise(other, path, square_schema)
    assert any(name.startswith("backbone.") for name in filled)
    head = path.with_name("head.safetensors")
    save_checkpoint(other, square_schema, head, {}, base=path)
    assert head.stat().st_size < 0.5 * path.stat().st_size
    loaded = load_checkpoint(head, square_schema, RegressionNetwork)
    picture = torch.rand(1, 3, 96, 64) * 255
    with torch.inference_mode():
        assert torch.allclose(other(picture).across, loaded(picture).across, atol=0.05)
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(CheckpointError, match="SHA-256"):
        load_checkpoint(head, square_schema, RegressionNetwork)


def test_another_kind_of_network_is_refused(saved, square_schema):
    with pytest.raises(CheckpointError, match="holds a heatmap network"):
        load_checkpoint(saved[1], square_schema, RegressionNetwork)


def test_nothing_in_common_is_refused(saved, square_schema):
    with pytest.raises(CheckpointError, match="no tensor"):
        initialise(torch.nn.Linear(2, 2), saved[1], square_schema)


def test_card_tells_what_the_weights_are(saved, square_schema):
    card = json.loads(saved[1].with_suffix(".json").read_text())
    assert card["schema"] == "square"
    assert card["keypoints"] == list(square_schema.names)
    assert card["network"]["input_size"] == [64, 96]
    assert card["data"] == "none"
    assert len(card["sha256"]) == 64


def test_changed_weights_are_refused(saved, square_schema):
    path = saved[1]
    blob = bytearray(path.read_bytes())
    blob[-1] ^= 1
    path.write_bytes(bytes(blob))
    with pytest.raises(CheckpointError, match="SHA-256"):
        load_checkpoint(path, square_schema, KeypointNetwork)


def test_other_schema_is_refused(saved):
    other = KeypointSchema("circle", ("centre",))
    with pytest.raises(CheckpointError, match="trained for square"):
        load_checkpoint(saved[1], other, KeypointNetwork)


def test_missing_files_are_named(saved, square_schema, tmp_path):
    with pytest.raises(CheckpointError, match="no model card"):
        load_checkpoint(tmp_path / "none.safetensors", square_schema, KeypointNetwork)
    saved[1].unlink()
    with pytest.raises(CheckpointError, match="no weights"):
        load_checkpoint(saved[1], square_schema, KeypointNetwork)


def test_card_of_another_architecture_is_refused(saved, square_schema):
    card_path = saved[1].with_suffix(".json")
    card = json.loads(card_path.read_text())
    card["network"]["width"] = 48
    card_path.write_text(json.dumps(card))
    with pytest.raises(CheckpointError, match="do not fit"):
        load_checkpoint(saved[1], square_schema, KeypointNetwork)
