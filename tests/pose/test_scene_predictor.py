"""Bottom-up on scenes whose perfect answer is known: targets in, people out."""

from functools import partial

import numpy as np
import pytest
import torch
from figure import FIGURE
from torch import nn

from pose import COCO_17
from pose.engine.bottomup import BottomUpNetwork, BottomUpOutput
from pose.engine.grouping import group_greedy
from pose.engine.keypoints import KeypointSchema
from pose.engine.network import NetworkConfig
from pose.engine.partition import group_milp
from pose.engine.scene_batches import SceneBatches, scene_loss, scene_targets
from pose.engine.scene_predictor import ScenePredictor, scene_view
from pose.engine.scenes import Scene
from pose.engine.training import Trainer, TrainingConfig

SIDE = 256


def scene_of(people, known=None, hidden=None, trusted=None):
    points = np.asarray(people, dtype=float)
    known = np.ones(points.shape[:2], bool) if known is None else np.asarray(known)
    hidden = np.zeros(points.shape[:2], bool) if hidden is None else np.asarray(hidden)
    boxes = np.array([[*p.min(axis=0), *np.ptp(p, axis=0)] for p in points]).reshape(-1, 4)
    image = np.zeros((SIDE, SIDE, 3), np.uint8)
    return Scene(image, points, known, hidden, boxes, trusted)


class Oracle(nn.Module):
    """Answers with a scene's targets; with those of the mirrored scene to a mirrored picture."""

    def __init__(self, scene):
        super().__init__()
        order = list(COCO_17.flip_order)
        turned = scene.points[:, order] * (-1, 1) + (SIDE - 1, 0)
        mirrored = scene_of(turned, scene.known[:, order], scene.hidden[:, order])
        self.answers = [scene_targets(s, COCO_17) for s in (scene, mirrored)]

    def forward(self, picture):
        # The picture's left edge is marked.
        answer = self.answers[0 if picture[0, 0, 0, 0] > 0 else 1]
        logits = torch.logit(answer["heatmaps"].clamp(1e-6, 1 - 1e-6))
        return BottomUpOutput(logits[None], answer["affinities"][None])


@pytest.mark.parametrize("grouping", [group_greedy, group_milp])
@pytest.mark.parametrize("flip_test", [False, True])
def test_perfect_answers_give_the_people_back(grouping, flip_test):
    people = [FIGURE * 0.8 + (80, 130), FIGURE * 0.7 + (170, 150)]
    scene = scene_of(people)
    scene.image[:, 0] = 255
    predictor = ScenePredictor(Oracle(scene), COCO_17, grouping, side=SIDE, flip_test=flip_test)
    found = sorted(predictor(scene.image), key=lambda k: k.xy[:, 0].mean())
    assert len(found) == 2
    for keypoints, person in zip(found, people, strict=True):
        assert np.linalg.norm(keypoints.xy - person, axis=1).max() < 1.0
        assert (keypoints.scores > 0.8).all()


def test_result_is_in_the_pictures_own_pixels():
    scene = scene_of([FIGURE * 0.8 + (120, 130)])
    scene.image[:, :2] = 255
    predictor = ScenePredictor(Oracle(scene), COCO_17, group_greedy, side=SIDE, flip_test=False)
    large = np.repeat(np.repeat(scene.image, 2, axis=0), 2, axis=1)
    found = predictor(large)[0]
    expected = (scene.points[0] + 0.5) * 2 - 0.5
    assert np.linalg.norm(found.xy - expected, axis=1).max() < 2.0


def test_view_keeps_the_picture_at_the_top_left():
    matrix, size = scene_view((300, 200), 384)
    assert size == (256, 384)
    corner = matrix @ np.array([-0.5, -0.5, 1.0])
    assert corner[:2] == pytest.approx([-0.5, -0.5])
    assert matrix[0, 0] == pytest.approx(384 / 300)


def test_empty_scene_has_empty_targets_and_nobody():
    scene = scene_of(np.zeros((0, 17, 2)), np.zeros((0, 17), bool), np.zeros((0, 17), bool))
    targets = scene_targets(scene, COCO_17)
    assert float(targets["heatmaps"].max()) == 0
    assert float(targets["heatmap_weights"].min()) == 1
    predictor = ScenePredictor(Oracle(scene), COCO_17, group_milp, side=SIDE)
    assert predictor(scene.image) == []


def test_hidden_and_unknown_keypoints_are_neither_asked_for_nor_forbidden():
    wrist, elbow = COCO_17.index("left_wrist"), COCO_17.index("left_elbow")
    known, hidden = np.ones((1, 17), bool), np.zeros((1, 17), bool)
    hidden[0, wrist] = True
    known[0, 0] = False
    person = FIGURE * 0.8 + (120, 130)
    targets = scene_targets(scene_of([person], known, hidden), COCO_17)
    x, y = (person[wrist] / 4).astype(int)
    assert float(targets["heatmaps"][wrist].max()) == 0
    assert float(targets["heatmap_weights"][wrist, y, x]) == 0
    assert float(targets["heatmap_weights"][wrist, 2, 2]) == 1
    assert float(targets["heatmap_weights"][elbow].min()) == 1
    nose = (person[0] / 4).astype(int)
    assert float(targets["heatmap_weights"][0, nose[1], nose[0]]) == 0
    forearm = COCO_17.edges.index(("left_elbow", "left_wrist"))
    assert float(targets["affinities"][2 * forearm : 2 * forearm + 2].abs().max()) == 0
    assert float(targets["affinity_weights"][forearm].min()) == 0


def test_untrusted_surroundings_count_little():
    person = FIGURE * 0.5 + (120, 130)
    targets = scene_targets(scene_of([person], trusted=(80.0, 50.0, 90.0, 150.0)), COCO_17)
    assert float(targets["heatmap_weights"][0, 2, 2]) == pytest.approx(0.1)
    assert float(targets["heatmap_weights"][0, 32, 30]) == 1


def test_loss_is_zero_for_a_perfect_answer_alone():
    scene = scene_of([FIGURE * 0.8 + (120, 130)])
    targets = {k: v[None] for k, v in scene_targets(scene, COCO_17).items()}
    logits = torch.logit(targets["heatmaps"].clamp(1e-6, 1 - 1e-6))
    perfect = BottomUpOutput(logits, targets["affinities"])
    assert float(scene_loss(perfect, targets)["total"]) == pytest.approx(0, abs=0.01)
    lost = BottomUpOutput(torch.full_like(logits, -8.0), torch.zeros_like(targets["affinities"]))
    losses = scene_loss(lost, targets)
    assert losses["heatmaps"] > 1
    assert 0.5 < losses["affinities"] < 1.0


def test_schema_without_mirrored_edges_is_refused():
    schema = KeypointSchema("y", ("a", "b", "c"), (("a", "b"),), (("b", "c"),))
    network = BottomUpNetwork(NetworkConfig(3, (64, 64), limbs=1))
    with pytest.raises(ValueError, match="is no edge"):
        ScenePredictor(network, schema, group_greedy)


@pytest.mark.usefixtures("short_backbone")
def test_network_learns_where_a_sticks_ends_are(tmp_path):
    schema = KeypointSchema("stick", ("red", "blue"), (("red", "blue"),))

    def draw(rng):
        import cv2

        image = np.full((64, 64, 3), 90, np.uint8)
        ends = rng.uniform(10, 54, (2, 2))
        while np.linalg.norm(ends[0] - ends[1]) < 20:
            ends = rng.uniform(10, 54, (2, 2))
        a, b = ends.round().astype(int).tolist()
        cv2.line(image, a, b, (200, 200, 200), 3)
        cv2.circle(image, a, 5, (250, 30, 30), -1)
        cv2.circle(image, b, 5, (30, 30, 250), -1)
        low = ends.min(axis=0)
        box = np.array([[*low, *np.ptp(ends, axis=0)]])
        return Scene(image, ends[None], np.ones((1, 2), bool), np.zeros((1, 2), bool), box)

    torch.manual_seed(0)
    config = NetworkConfig(2, (64, 64), width=32, repeats=(1, 1, 1, 1), limbs=1)
    training = TrainingConfig(
        epochs=6, epoch_size=128, batch_size=16, learning_rate=6e-3, backbone_rate=1.0, ema=0.9
    )
    network = BottomUpNetwork(config)
    trainer = Trainer(
        network,
        SceneBatches(draw, partial(scene_targets, schema=schema)),
        scene_loss,
        training,
        tmp_path,
    )
    trainer.train(lambda _: {})
    network.eval()
    rng = np.random.default_rng(99)
    at_ends, elsewhere = [], []
    for _ in range(8):
        scene = draw(rng)
        with torch.inference_mode():
            output = network(torch.from_numpy(scene.image).permute(2, 0, 1)[None])
        maps = torch.sigmoid(output.heatmaps[0])
        for kind, (x, y) in enumerate((scene.points[0] / 4).astype(int)):
            at_ends.append(float(maps[kind, y, x]))
            elsewhere.append(float(maps[kind].mean()))
    assert np.mean(at_ends) > 1.2 * np.mean(elsewhere)
