"""What a garment is: the classifier, what it learns from, and a run that resumes."""

import json

import cv2
import numpy as np
import pytest
import torch
from drawn import cloth, corners, drawn_matte, photo, plain

from garment import category_data
from garment.category import CATEGORY_SCHEMA, CategorisedFinder, CategoryClassifier
from garment.category_batches import CategoryBatches
from garment.category_data import (
    CLOSURES,
    SeenGarment,
    read_by_eye,
    read_drawn,
    read_unlabelled,
)
from garment.landmarks import CATEGORIES, FASHIONAI_24
from garment.train_category import ATTRIBUTES, category_loss, find_boxes, main
from pose.engine.augment import Augmentation
from pose.engine.checkpoint import load_checkpoint, read_card, save_checkpoint
from pose.engine.classifier import ClassifierNetwork
from pose.engine.keypoints import Keypoints
from pose.engine.network import KeypointNetwork, NetworkConfig
from pose.engine.predictor import Prediction

SIZE = (64, 96)
STILL = Augmentation(colour=0.0, grey=0.0, blur=0.0, flip=0.0)
READ = {"a": "oz", "b": "bc?", "c": "t-", "train_1": "bn"}


@pytest.fixture(autouse=True)
def read(tmp_path, monkeypatch):
    file = tmp_path / "read.json"
    file.write_text(json.dumps(READ))
    monkeypatch.setattr(category_data.read_by_eye, "__defaults__", (file,))


class Reddish(torch.nn.Module):
    """Says `skirt` the surer the redder the left half is."""

    def __init__(self):
        super().__init__()
        self.config = NetworkConfig(0, SIZE, attributes=ATTRIBUTES)

    def forward(self, pictures):
        red = pictures[:, 0, :, : SIZE[0] // 2].float().mean(dim=(1, 2)) / 25
        logits = torch.zeros(len(pictures), len(CATEGORIES))
        logits[:, CATEGORIES.index("skirt")] = red
        return {"category": logits, "closure": torch.zeros(len(pictures), len(CLOSURES))}


def half_red():
    picture = np.zeros((200, 100, 3), np.uint8)
    picture[:, :50, 0] = 255
    return picture


@pytest.mark.parametrize("flip", [False, True])
def test_chances_add_up_and_mirrored_looks_are_averaged(flip):
    chances = CategoryClassifier(Reddish(), flip_test=flip)(half_red(), (10, 20, 80, 160))
    assert chances.sum() == pytest.approx(1)
    skirt = chances[CATEGORIES.index("skirt")]
    assert (skirt > 0.9) == (not flip)
    assert skirt > 0.5


def test_it_looks_into_the_box():
    picture = np.zeros((200, 400, 3), np.uint8)
    picture[:, 200:, 0] = 255
    look = CategoryClassifier(Reddish())
    index = CATEGORIES.index("skirt")
    assert look(picture, (280, 40, 60, 120))[index] > 0.9
    assert look(picture, (60, 40, 60, 120))[index] == pytest.approx(0.2)


def test_other_networks_are_refused():
    network = ClassifierNetwork(NetworkConfig(0, SIZE, attributes=(("category", 3),)))
    with pytest.raises(ValueError, match="5 categories"):
        CategoryClassifier(network)


class Finds:
    """Finds one garment of which it thinks a blouse."""

    def __init__(self):
        scores = np.array([0.6, 0.1, 0.1, 0.1, 0.1])
        self.found = Prediction(
            Keypoints(FASHIONAI_24, np.zeros((24, 2)), np.ones(24)),
            np.ones(24),
            np.ones(24),
            {"category": scores, "view": np.array([1.0, 0.0])},
            (10.0, 20.0, 30.0, 40.0),
        )

    def __call__(self, image):
        return [self.found]

    candidates = __call__

    def in_boxes(self, image, boxes):
        return [self.found] * len(boxes)


def test_two_opinions_are_averaged_in_the_box_that_was_looked_at():
    asked = []

    def skirt(image, box):
        asked.append(box)
        return np.array([0.0, 0.0, 0.0, 1.0, 0.0])

    finder = CategorisedFinder(Finds(), skirt)
    for found in (*finder(half_red()), *finder.candidates(half_red())):
        assert found.attributes["category"] == pytest.approx([0.3, 0.05, 0.05, 0.55, 0.05])
        assert found.attributes["view"].tolist() == [1.0, 0.0]
    finder.in_boxes(half_red(), [(1.0, 2.0, 3.0, 4.0)])
    assert asked == [(10.0, 20.0, 30.0, 40.0)] * 2 + [(1.0, 2.0, 3.0, 4.0)]


def test_folded_norms_change_nothing():
    torch.manual_seed(0)
    network = ClassifierNetwork(NetworkConfig(0, SIZE, attributes=ATTRIBUTES)).eval()
    crop = torch.randint(0, 255, (1, 3, 96, 64), dtype=torch.uint8)
    before = network(crop)["category"].softmax(dim=1)
    picture = crop[0].permute(1, 2, 0).numpy()
    # A box of the whole picture, less the padding around it.
    width, height = 64 / 1.2, 96 / 1.2
    box = (31.5 - width / 2, 47.5 - height / 2, width, height)
    after = CategoryClassifier(network, flip_test=False)(picture, box)
    assert after == pytest.approx(before[0].detach().numpy(), abs=0.02)


def write_photos(folder, split, wanted):
    """Write photos of drawn garments, and what the collection says of them."""
    images, annotations, plainly = [], [], []
    for number, (name, category) in enumerate(wanted, start=1):
        pixels = photo(drawn_matte(category), cloth(), plain())
        cv2.imwrite(str(folder / f"{name}.png"), pixels[..., ::-1])
        xy = np.array(list(corners(category).values()), float)
        box = [*xy.min(axis=0).tolist(), *np.ptp(xy, axis=0).tolist()]
        scene = "mannequin" if number == 1 else "laid or hung"
        images.append({"id": number, "file_name": f"{name}.png", "scene": scene})
        annotations.append(
            {
                "image_id": number,
                "category_id": CATEGORIES.index(category) + 1,
                "keypoints_bbox": box,
            }
        )
        plainly.append({"file_name": f"{name}.png", "width": 240, "height": 300})
    if split == "unlabelled":
        (folder / "unlabelled.json").write_text(json.dumps(plainly))
    else:
        data = {"images": images, "annotations": annotations}
        (folder / f"keypoints_{split}.json").write_text(json.dumps(data))


def test_drawn_garments_keep_their_label_and_gain_their_front(tmp_path):
    write_photos(tmp_path, "train", [("train_1", "outwear"), ("train_2", "skirt")])
    coat, skirt = read_drawn(tmp_path, "train")
    assert (CATEGORIES[coat.category], CLOSURES[coat.closure]) == ("outwear", "buttons")
    assert (CATEGORIES[skirt.category], skirt.closure) == ("skirt", -1)
    assert (coat.mannequin, skirt.mannequin) == (True, False)


def test_unlabelled_garments_are_what_was_read(tmp_path):
    write_photos(tmp_path, "unlabelled", [(n, "blouse") for n in ("a", "b", "c", "d")])
    boxes = dict.fromkeys(("a", "b", "d"), (1.0, 2.0, 30.0, 40.0))
    jacket, top = read_unlabelled(tmp_path, boxes)
    assert (CATEGORIES[jacket.category], CLOSURES[jacket.closure]) == ("outwear", "zip")
    assert (CATEGORIES[top.category], CLOSURES[top.closure]) == ("blouse", "closed")
    assert top.weight < jacket.weight == 1


@pytest.mark.parametrize("letters", ["qz", "bx", "bz!"])
def test_other_letters_are_an_error(tmp_path, letters):
    file = tmp_path / "other.json"
    file.write_text(json.dumps({"a": letters}))
    with pytest.raises(ValueError, match="a has"):
        read_by_eye(file)


def test_the_shipped_readings_can_be_read():
    read = read_by_eye(category_data._FILE)
    assert len(read) > 3000
    assert {letters[0] for letters in read.values()} == set("bodst")


def test_the_front_counts_only_where_it_was_read():
    answers = {"category": torch.zeros(2, 5), "closure": torch.tensor([[9.0, 0.0], [0.0, 9.0]])}
    batch = {
        "category": torch.tensor([0, 1]),
        "closure": torch.tensor([0, -1]),
        "weight": torch.tensor([1.0, 1.0]),
    }
    losses = category_loss(answers, batch)
    assert float(losses["closure"]) < 0.001
    assert float(losses["category"]) == pytest.approx(np.log(5), abs=1e-5)
    half = category_loss(answers, batch | {"weight": torch.tensor([1.0, 0.0])})
    assert float(half["category"]) == pytest.approx(np.log(5) / 2, abs=1e-5)


def test_crops_show_the_garment_and_rare_ones_come_more_often(tmp_path):
    write_photos(tmp_path, "train", [(f"train_{n}", "blouse") for n in range(9)])
    write_photos(tmp_path, "val", [("val_1", "skirt")])
    garments = read_drawn(tmp_path, "train")[1:] + read_drawn(tmp_path, "val")
    batches = CategoryBatches(garments, SIZE, STILL)
    drawn = next(batches.epoch(np.random.default_rng(0), 400, 400))
    assert drawn["images"].shape == (400, 3, 96, 64)
    skirts = float((drawn["category"] == CATEGORIES.index("skirt")).float().mean())
    # One of nine, on a mannequin, and of a rare kind.
    assert 0.35 < skirts < 0.65
    bluish = drawn["images"][:, 2].int() > drawn["images"][:, 0].int() + 40
    assert 0.15 < float(bluish.float().mean()) < 0.6


def test_batches_repeat_for_the_same_chance(tmp_path):
    write_photos(tmp_path, "train", [("train_1", "outwear"), ("train_2", "skirt")])
    batches = CategoryBatches(read_drawn(tmp_path, "train"), SIZE, Augmentation())
    first, second = (list(batches.epoch(np.random.default_rng(4), 5, 2)) for _ in range(2))
    assert [len(batch["images"]) for batch in first] == [2, 2, 1]
    for a, b in zip(first, second, strict=True):
        assert all(torch.equal(a[key], b[key]) for key in a)


def test_a_garment_that_is_not_found_is_looked_for_everywhere(tmp_path):
    write_photos(tmp_path, "unlabelled", [("a", "blouse")])
    nowhere = Finds()
    assert find_boxes(nowhere, tmp_path)["a"] == pytest.approx((14.4, 18, 211.2, 264))


def test_trains_exports_and_resumes(tmp_path):
    write_photos(tmp_path, "train", [("train_1", "blouse"), ("train_2", "skirt")])
    write_photos(tmp_path, "val", [("val_1", "skirt"), ("val_2", "dress")])
    write_photos(tmp_path, "unlabelled", [("a", "outwear"), ("d", "blouse")])
    out, start = tmp_path / "run", tmp_path / "corners.safetensors"
    save_checkpoint(KeypointNetwork(NetworkConfig(24, (32, 64))), FASHIONAI_24, start, {})
    out.mkdir()
    (out / "boxes.json").write_text(json.dumps({"a": [28, 50, 184, 170], "d": [28, 50, 184, 170]}))
    arguments = ["--data", str(tmp_path), "--out", str(out), "--init", str(start)]
    arguments += ["--size", "32", "64", "--batch", "2", "--epoch-size", "4"]
    main([*arguments, "--epochs", "1"])
    weights = out / "garment-category.safetensors"
    card = read_card(weights)
    assert card["epochs"] == 1
    assert 0 <= card["validation_given_boxes"]["category_right"] <= 1
    assert "category_right_mannequin" in card["validation_given_boxes"]
    main([*arguments, "--epochs", "2", "--resume"])
    assert read_card(weights)["epochs"] == 2
    loaded = load_checkpoint(weights, CATEGORY_SCHEMA, ClassifierNetwork)
    chances = CategoryClassifier(loaded)(np.zeros((90, 60, 3), np.uint8), (5, 5, 40, 70))
    assert chances.sum() == pytest.approx(1)


def test_a_seen_garment_is_of_nothing_known_by_default(tmp_path):
    garment = SeenGarment(tmp_path / "a.png", (0, 0, 1, 1), 2)
    assert (garment.closure, garment.weight, garment.mannequin) == (-1, 1.0, False)
