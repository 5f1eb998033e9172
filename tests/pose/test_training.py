"""The training loop learns, resumes and logs."""

import csv

import numpy as np
import pytest
import torch

from pose.engine.augment import Augmentation
from pose.engine.batches import CropBatches
from pose.engine.dataset import SampleImages
from pose.engine.network import KeypointNetwork, NetworkConfig
from pose.engine.predictor import Predictor
from pose.engine.training import EmaWeights, Trainer, TrainingConfig, keypoint_loss

MILD = Augmentation(rotation=5, whole=0, half_body=0, occlusion=0, colour=0.2, blur=0, grey=0)


def make_trainer(samples, schema, folder, epochs, size=48):
    torch.manual_seed(0)
    config = NetworkConfig(3, (48, 64), width=32, repeats=(1, 1, 1, 1), attributes=(("kind", 2),))
    network = KeypointNetwork(config)
    training = TrainingConfig(
        epochs=epochs,
        epoch_size=size,
        batch_size=12,
        learning_rate=4e-3,
        backbone_rate=1.0,
        ema=0.8,
        augmentation=MILD,
    )
    batches = CropBatches(samples, schema, (48, 64), MILD, ["kind"])
    return Trainer(network, batches, lambda o, b: keypoint_loss(o, b, training), training, folder)


def corner_error(network, schema, samples):
    predictor = Predictor(network, schema)
    errors = []
    for sample in samples[:8]:
        image, _ = SampleImages().load(sample.path)
        found = predictor.predict([image], [sample.box()])[0]
        errors.append(np.linalg.norm(found.keypoints.xy - sample.points, axis=1).mean())
    return float(np.mean(errors))


@pytest.mark.usefixtures("short_backbone")
def test_learns_where_the_corners_are(triangle_samples, square_schema, tmp_path):
    trainer = make_trainer(triangle_samples, square_schema, tmp_path, epochs=6, size=96)
    before = corner_error(trainer.network, square_schema, triangle_samples)
    trainer.train(lambda network: {"figure": 1.0})
    after = corner_error(trainer.network, square_schema, triangle_samples)
    assert after < 0.5 * before
    with (tmp_path / "log.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == [str(i) for i in range(1, 7)]
    assert float(rows[-1]["keypoints"]) < 0.5 * float(rows[0]["keypoints"])
    assert rows[0]["figure"] == "1.0000"


def test_resumed_run_is_the_unbroken_run(triangle_samples, square_schema, tmp_path):
    def train(folder, epochs, resume=False):
        trainer = make_trainer(triangle_samples, square_schema, folder, epochs=2, size=24)
        if resume:
            assert trainer.resume()
        stop = trainer.config.epochs if epochs is None else epochs
        while trainer.epoch < stop:
            trainer.batches.preload()
            trainer.run_epoch()
            trainer.save()
        return trainer

    whole = train(tmp_path / "whole", 2)
    train(tmp_path / "broken", 1)
    resumed = train(tmp_path / "broken", 2, resume=True)
    for name, value in whole.average.values.items():
        assert torch.allclose(value.float(), resumed.average.values[name].float(), atol=1e-5), name


def test_nothing_to_resume(triangle_samples, square_schema, tmp_path):
    assert not make_trainer(triangle_samples, square_schema, tmp_path, 1).resume()


def test_loss_is_zero_for_a_perfect_answer(square_schema):
    from pose.engine.heatmap import encode
    from pose.engine.network import NetworkOutput

    points = torch.tensor([[[8.0, 30.0], [40.0, 8.0], [11.0, 50.0]]])
    batch = {
        "points": points,
        "visible": torch.tensor([[1.0, 1.0, 0.0]]),
        "presence": torch.tensor([[1.0, 0.0, -1.0]]),
        "kind": torch.tensor([1]),
    }
    maps = encode(points, (12, 16)).clamp(min=1e-30).log()
    perfect = NetworkOutput(
        maps, torch.tensor([[50.0, -50.0, 3.0]]), {"kind": torch.tensor([[-50.0, 50.0]])}
    )
    losses = keypoint_loss(perfect, batch, TrainingConfig())
    assert losses["total"] == pytest.approx(0, abs=1e-3)
    # The hidden keypoint and the unknown presence have no say.
    maps[0, 2] = torch.randn(16, 12)
    assert keypoint_loss(perfect, batch, TrainingConfig())["total"] == pytest.approx(0, abs=1e-3)
    maps[0, 0] = maps[0, 0].flip(1)
    assert keypoint_loss(perfect, batch, TrainingConfig())["keypoints"] > 1


def test_average_follows_the_weights():
    layer = torch.nn.Linear(1, 1, bias=False)
    average = EmaWeights(layer, 0.5)
    layer.weight.data.fill_(10.0)
    for _ in range(40):
        average.update(layer)
    own = layer.weight.item()
    with average.in_place(layer):
        assert layer.weight.item() == pytest.approx(10.0, abs=1e-3)
    assert layer.weight.item() == own


def test_cascade_learns_from_every_level_and_from_the_hardest_keypoints():
    from pose.engine.heatmap import encode
    from pose.engine.network import NetworkOutput

    points = torch.tensor([[[8.0, 30.0], [40.0, 8.0], [11.0, 50.0], [20.0, 20.0]]])
    batch = {"points": points, "visible": torch.ones(1, 4), "presence": torch.full((1, 4), -1.0)}
    right = encode(points, (12, 16)).clamp(min=1e-30).log()
    wrong = right.clone()
    wrong[0, 1] = right[0, 1].flip(1)
    config = TrainingConfig(hard_share=0.5, coarse_weight=0.0)

    def loss(final, coarse, config=config):
        output = NetworkOutput(final, torch.zeros(1, 4), {}, (coarse,))
        return float(keypoint_loss(output, batch, config)["keypoints"])

    plain = NetworkOutput(wrong, torch.zeros(1, 4), {})
    mean = float(keypoint_loss(plain, batch, config)["keypoints"])
    # One bad keypoint of four: a quarter of the mean, half of the hardest two.
    assert loss(wrong, right) == pytest.approx(2 * mean, rel=1e-3)
    assert loss(right, wrong) == pytest.approx(0, abs=1e-3)
    supervised = TrainingConfig(hard_share=0.5, coarse_weight=1.0)
    assert loss(right, wrong, supervised) == pytest.approx(mean, rel=1e-3)


def test_cascaded_network_starts_as_the_plain_one(square_schema):
    torch.manual_seed(0)
    plain = KeypointNetwork(NetworkConfig(3, (48, 64), width=32, repeats=(1, 1, 1, 1))).eval()
    config = NetworkConfig(3, (48, 64), width=32, repeats=(1, 1, 1, 1), decoder="cascade")
    cascade = KeypointNetwork(config)
    cascade.load_state_dict(plain.state_dict(), strict=False)
    picture = torch.rand(2, 3, 64, 48) * 255
    with torch.inference_mode():
        assert torch.allclose(plain(picture).heatmaps, cascade.eval()(picture).heatmaps, atol=1e-5)
        assert cascade(picture).coarse == ()
        levels = cascade.train()(picture).coarse
    assert [tuple(level.shape[2:]) for level in levels] == [(16, 12), (8, 6), (4, 3), (2, 2)]
