"""Exported networks answer as the originals do."""

import numpy as np
import pytest
import torch

from pose.engine.bottomup import BottomUpNetwork
from pose.engine.checkpoint import CheckpointError, save_checkpoint
from pose.engine.detector import DetectorNetwork
from pose.engine.keypoints import KeypointSchema
from pose.engine.network import KeypointNetwork, NetworkConfig
from pose.engine.onnx_export import export_onnx, load_any, main
from pose.engine.regression import RegressionNetwork

SCHEMA = KeypointSchema("stick", ("a", "b"), (("a", "b"),))
pytestmark = pytest.mark.usefixtures("short_backbone")
SMALL = {"width": 32, "repeats": (1, 1, 1, 1)}


def network_of(kind, **options):
    torch.manual_seed(0)
    return kind(NetworkConfig(2, (64, 96), limbs=1, **SMALL, **options)).eval()


def answers(network, pictures):
    with torch.inference_mode():
        output = network(torch.from_numpy(pictures))._asdict()
    tensors = {k: v for k, v in output.items() if isinstance(v, torch.Tensor)}
    return tensors | {f"{k}_logits": v for k, v in output.get("attributes", {}).items()}


@pytest.mark.parametrize(
    ("kind", "options", "shape"),
    [
        (KeypointNetwork, {"decoder": "cascade", "attributes": (("view", 2),)}, (3, 3, 96, 64)),
        (RegressionNetwork, {"decoder": "classification"}, (3, 3, 96, 64)),
        (BottomUpNetwork, {}, (1, 3, 64, 128)),
        (DetectorNetwork, {}, (1, 3, 128, 96)),
    ],
)
def test_onnxruntime_agrees_with_torch(kind, options, shape, tmp_path):
    runtime = pytest.importorskip("onnxruntime")
    pytest.importorskip("onnxscript")
    network = network_of(kind, **options)
    pictures = np.random.default_rng(0).integers(0, 256, shape).astype(np.float32)
    expected = answers(network, pictures)
    path = tmp_path / "network.onnx"
    names = export_onnx(network, path)
    assert [file.name for file in tmp_path.iterdir()] == ["network.onnx"]
    session = runtime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    found = dict(zip(names, session.run(names, {"pictures": pictures}), strict=True))
    assert set(found) == set(expected)
    for name, value in expected.items():
        assert found[name] == pytest.approx(value.numpy(), abs=2e-3), name


def test_command_reads_the_kind_from_the_card(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("pose.engine.onnx_export.export_onnx", lambda network, path: [network.kind])
    weights = tmp_path / "regression.safetensors"
    save_checkpoint(network_of(RegressionNetwork, decoder="classification"), SCHEMA, weights, {})
    assert isinstance(load_any(weights), RegressionNetwork)
    main([str(weights), "--out", str(tmp_path / "r.onnx")])
    assert capsys.readouterr().out.strip() == f"{tmp_path / 'r.onnx'}: regression"


def test_unknown_kind_is_refused(tmp_path):
    weights = tmp_path / "x.safetensors"
    save_checkpoint(network_of(DetectorNetwork), SCHEMA, weights, {})
    card = weights.with_suffix(".json")
    card.write_text(card.read_text().replace('"kind": "detector"', '"kind": "oracle"'))
    with pytest.raises(CheckpointError, match="oracle"):
        load_any(weights)
