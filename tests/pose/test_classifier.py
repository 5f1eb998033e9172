"""Questions about a whole instance, asked of a network of its own."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from pose.engine.classifier import (
    Classifier,
    ClassifierNetwork,
    ClassifierOutput,
    classification_loss,
)
from pose.engine.crop import box_to_input, sample_crop
from pose.engine.keypoints import KeypointSchema
from pose.engine.network import KeypointNetwork, NetworkConfig
from pose.engine.predictor import Predictor

QUESTIONS = (("colour", 3), ("side", 2))
CONFIG = NetworkConfig(0, (32, 48), attributes=QUESTIONS)
BOXES = [(4.0, 6.0, 30.0, 40.0), (40.0, 10.0, 20.0, 60.0), (8.0, 8.0, 50.0, 50.0)]


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    return ClassifierNetwork(CONFIG).eval()


@pytest.fixture(scope="module")
def picture():
    return np.random.default_rng(0).integers(0, 256, (90, 80, 3)).astype(np.uint8)


def told(answers, name="colour"):
    return np.stack([answer[name] for answer in answers])


def test_chances_add_up_and_batches_do_not_matter(network, picture):
    classify = Classifier(network)
    one_by_one = classify([picture] * 3, BOXES, batch_size=1)
    together = classify([picture] * 3, BOXES)
    for name, count in QUESTIONS:
        assert told(together, name).shape == (3, count)
        assert told(together, name).sum(axis=1) == pytest.approx(1)
        assert told(together, name) == pytest.approx(told(one_by_one, name), abs=1e-5)


def test_answers_are_the_mean_over_looks(network, picture):
    classify = Classifier(network, paddings=(1.0, 1.4))
    looks = []
    for padding in (1.0, 1.4):
        crop = sample_crop(picture, box_to_input(BOXES[0], (32, 48), padding), (32, 48))
        for view in (crop, crop[:, ::-1]):
            tensor = torch.from_numpy(view.copy()).permute(2, 0, 1)[None]
            with torch.inference_mode():
                looks.append(torch.softmax(network(tensor).attributes["colour"], 1)[0].numpy())
    [answer] = classify([picture], BOXES[:1])
    assert answer["colour"] == pytest.approx(np.mean(looks, axis=0), abs=1e-5)


def test_mirrored_pictures_get_the_same_answer(network, picture):
    classify = Classifier(network)
    width = picture.shape[1]
    mirrored = [(width - 1 - x - w, y, w, h) for x, y, w, h in BOXES]
    flipped = np.ascontiguousarray(picture[:, ::-1])
    assert told(classify([picture] * 3, BOXES)) == pytest.approx(
        told(classify([flipped] * 3, mirrored)), abs=1e-4
    )


def test_fused_answers_are_the_same(picture):
    torch.manual_seed(1)
    classify = Classifier(ClassifierNetwork(CONFIG))
    before = told(classify([picture] * 3, BOXES))
    assert told(classify.fuse()([picture] * 3, BOXES)) == pytest.approx(before, abs=1e-4)


def test_unknown_answers_teach_nothing():
    logits = torch.zeros(2, 3, requires_grad=True)
    batch = {"colour": torch.tensor([-1, 1])}
    losses = classification_loss(ClassifierOutput({"colour": logits}), batch)
    losses["total"].backward()
    assert logits.grad[0].tolist() == [0, 0, 0]
    assert losses["total"].item() == pytest.approx(np.log(3), abs=1e-5)
    batch = {"colour": torch.tensor([-1, -1])}
    assert classification_loss(ClassifierOutput({"colour": logits}), batch)["total"].item() == 0


def test_it_learns_what_it_is_shown():
    torch.manual_seed(0)
    network = ClassifierNetwork(replace(CONFIG, attributes=(("side", 2),))).train()
    pictures = torch.full((8, 3, 48, 32), 90.0)
    pictures[:4, :, 10:20, 12:16] = 250.0
    batch = {"side": torch.tensor([1] * 4 + [0] * 4)}
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-3)
    losses = []
    for _ in range(20):
        loss = classification_loss(network(pictures), batch, 0.0)["total"]
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.2 * losses[0]


def test_a_predictor_asks_both(network, picture):
    torch.manual_seed(2)
    schema = KeypointSchema("stick", ("a", "b"))
    config = NetworkConfig(2, (32, 48), attributes=(("colour", 3), ("age", 4)), width=32)
    own = KeypointNetwork(config)
    alone = Predictor(own, schema).predict([picture] * 3, BOXES)
    both = Predictor(own, schema, classifier=Classifier(network)).predict([picture] * 3, BOXES)
    asked = told(Classifier(network)([picture] * 3, BOXES))
    for i in range(3):
        mean = (alone[i].attributes["colour"] + asked[i]) / 2
        assert both[i].attributes["colour"] == pytest.approx(mean, abs=1e-6)
        assert np.array_equal(both[i].attributes["age"], alone[i].attributes["age"])
        assert set(both[i].attributes) == {"colour", "age"}
        assert np.array_equal(both[i].keypoints.xy, alone[i].keypoints.xy)
