"""What is found once and used for many drapes."""

import numpy as np
import pytest

from flixdrape import NothingFoundError, UnusableInputError, analysis, drape, open_picture, people
from flixdrape.analysis import analyse_garment, analyse_person
from flixdrape.drape import drape_analysed
from flixdrape.options import DrapeOptions
from flixdrape.samples import PERSON, sample
from garment import FASHIONAI_24
from pose import PARTS


@pytest.fixture(scope="module")
def top():
    return analyse_garment(sample("mannequin_top"))


@pytest.fixture(scope="module")
def model():
    return analyse_person(sample(PERSON))


@pytest.fixture(scope="module")
def draped(top, model):
    return drape_analysed([top], model)


@pytest.fixture
def no_networks(monkeypatch):
    """Fail where a network would run."""

    def refuse(*_):
        raise AssertionError("a network ran")

    monkeypatch.setattr(analysis, "_garment_estimator", refuse)
    monkeypatch.setattr(analysis, "_parser", refuse)
    monkeypatch.setattr(people, "_estimator", refuse)


def test_garment_is_cut_out_in_its_photos_frame(top):
    assert top.cutout.rgba.shape == (*top.photo.rgb.shape[:2], 4)
    assert top.garment.category == "blouse"
    x, y = np.mean(list(top.garment.points.values()), axis=0).round().astype(int)
    assert top.cutout.matte[y, x] > 0.98
    assert top.cutout.matte[5, 5] == 0


def test_person_is_parsed_where_the_joints_are(model):
    wearer = model.wearer
    assert wearer.parsing.shape == model.photo.rgb.shape[:2] == wearer.shape
    assert wearer.joints is model.people[0]
    x, y = np.round(wearer.joints["nose"]).astype(int)
    assert wearer.part("face")[y, x] > 0.9
    x, y = np.round((wearer.body.neck + wearer.body.pelvis) / 2).astype(int)
    assert wearer.part("top", "dress", "outer")[y, x] > 0.9
    assert wearer.part("background")[10, 10] > 0.9


def test_cached_analyses_drape_as_the_photos_do(draped):
    assert np.array_equal(drape(sample("mannequin_top"), sample(PERSON)).image, draped.image)


def test_draping_what_was_analysed_runs_no_network(top, model, draped, no_networks):
    again = drape_analysed([top], model)
    assert np.array_equal(again.image, draped.image)
    with pytest.raises(AssertionError, match="network"):
        analyse_garment(sample("mannequin_top"))
    with pytest.raises(AssertionError, match="network"):
        analyse_person(sample(PERSON))


def test_corrected_corners_move_the_garment_without_networks(top, model, draped, no_networks):
    names = [name for name in top.garment.points if "hem" in name]
    assert len(names) == 2
    # The lower edge is where the cloth's upper two thirds end: the garment becomes shorter.
    neck = np.mean([top.garment.points[n] for n in top.garment.points if "neck" in n], axis=0)
    moved = {}
    for name in names:
        x, y = top.garment.points[name]
        moved[name] = (float(x), float(neck[1] + 0.66 * (y - neck[1])))
    corrected = top.corrected(moved)
    for name, place in moved.items():
        assert tuple(corrected.garment.keypoints[name]) == pytest.approx(place)
        assert corrected.garment.keypoints.score_of(name) == 1.0
    assert tuple(top.garment.keypoints[names[0]]) != pytest.approx(moved[names[0]])
    assert corrected.cutout is not top.cutout, "it is cut out anew"
    result = drape_analysed([corrected], model)
    for name in names:
        assert result.target[name][1] < draped.target[name][1] - 20
    assert not np.array_equal(result.image, draped.image)
    assert result.image.shape == draped.image.shape


def test_corrected_category_and_view_without_networks(top, no_networks):
    jacket = top.corrected(category="outwear", view="back")
    assert (jacket.garment.category, jacket.garment.view) == ("outwear", "back")
    assert top.garment.category == "blouse"
    turned = top.corrected(view="back")
    assert turned.cutout is top.cutout, "the same pixels belong to it"
    assert top.corrected().garment == top.garment


def test_unknown_corner_is_refused(top):
    assert "tail" not in FASHIONAI_24.names
    with pytest.raises((KeyError, ValueError)):
        top.corrected({"tail": (1.0, 1.0)})


def test_corrected_joints_move_the_sleeve_without_networks(top, model, draped, no_networks):
    joints = model.wearer.joints
    out = {name: tuple(joints[name] + (40.0, -30.0)) for name in ("left_elbow", "left_wrist")}
    corrected = model.corrected(out)
    assert corrected.wearer.parsing is model.wearer.parsing
    assert corrected.wearer.joints["left_wrist"] == pytest.approx(out["left_wrist"])
    assert model.wearer.joints["left_wrist"] != pytest.approx(out["left_wrist"])
    side = "right" if model.wearer.body.front else "left"
    assert corrected.wearer.body.arms[side][2] == pytest.approx(out["left_wrist"])
    result = drape_analysed([top], corrected)
    cuffs = [name for name in draped.target if name.startswith(f"cuff_{side}")]
    if cuffs:
        assert any(np.hypot(*(result.target[n] - draped.target[n])) > 3 for n in cuffs)
    assert result.person is corrected.wearer.joints


def test_who_knows_what_is_worn_is_believed_without_networks(top, model, draped, no_networks):
    seen = model.wearer.parsing.clothes()
    assert "top" in seen
    told = model.corrected(worn=["dress"])
    assert told.wearer.parsing.clothes() == ("dress",)
    assert model.wearer.parsing.clothes() == seen, "what was found is kept"
    assert told.corrected() is told
    assert told.corrected().wearer.joints["nose"] == pytest.approx(model.wearer.joints["nose"])
    assert not np.array_equal(drape_analysed([top], told).image, draped.image)
    with pytest.raises(UnusableInputError, match="worn 'hat': one of top, outer"):
        model.corrected(worn=["hat"])


def test_who_says_what_a_patch_is_is_believed_without_networks(top, model, draped, no_networks):
    x, y = np.mean([model.wearer.joints[f"{side}_hip"] for side in ("left", "right")], axis=0)
    kind = PARTS[model.wearer.parsing.labels()[round(y), round(x)]]
    told = model.corrected(patches=[(x, y, "accessories")])
    assert model.wearer.parsing.labels()[round(y), round(x)] == PARTS.index(kind)
    assert told.wearer.parsing.labels()[round(y), round(x)] == PARTS.index("accessories")
    assert not told.told, "the kinds of the rest are as doubtful as before"
    assert not np.array_equal(drape_analysed([top], told).image, draped.image)
    assert told.wearer.joints is model.wearer.joints, "the same person is meant"
    for values in ([("a", 2, "top")], "top", [(1, 2)]):
        with pytest.raises(UnusableInputError, match="patches must be a list"):
            model.corrected(patches=values)
    both = model.corrected(worn=["dress"], patches=[(x, y, "accessories")])
    assert both.told
    assert both.wearer.parsing.labels()[round(y), round(x)] == PARTS.index("accessories")


def test_options_are_taken_as_an_object_or_a_mapping(top, model, no_networks):
    first = drape_analysed([top], model, {"fit": "loose", "length": 1.1})
    second = drape_analysed([top], model, DrapeOptions(fit=1.0, length=1.1))
    assert np.array_equal(first.image, second.image)
    with pytest.raises(UnusableInputError, match="length"):
        drape_analysed([top], model, {"length": 9})


def test_nothing_to_put_on_is_refused(model):
    with pytest.raises(ValueError, match="no garment"):
        drape_analysed([], model)


def test_transparent_photo_is_shown_to_the_network_on_grey(monkeypatch):
    """Behind transparency may lie anything."""
    shown = []

    def look(picture, *, category):
        shown.append((picture, category))

    monkeypatch.setattr(analysis, "_garment_estimator", lambda: look)
    rgba = np.full((64, 64, 4), (255, 0, 0, 255), np.uint8)
    rgba[:32, :, 3] = 0
    with pytest.raises(NothingFoundError, match=r"shop\.png"):
        analyse_garment(open_picture(rgba, name="shop.png"), category="skirt")
    [(picture, category)] = shown
    assert category == "skirt"
    assert np.ptp(picture[:31]) == 0
    assert picture[0, 0, 0] > 150
    assert (picture[40] == (255, 0, 0)).all()


def test_laps_are_told_in_order():
    laps = []
    analyse_garment(sample("mannequin_top"), lap=laps.append)
    analyse_person(sample(PERSON), lap=laps.append)
    assert laps == ["garment", "cutout", "pose", "parsing"]


def test_person_meant_by_a_point_and_nobody_there(model):
    x, y = model.wearer.joints["nose"]
    meant = analyse_person(model.photo, person=(float(x), float(y)))
    assert np.array_equal(meant.wearer.joints.xy, model.wearer.joints.xy)
    with pytest.raises(UnusableInputError):
        analyse_person(model.photo, person=7)


def test_blank_pictures_say_what_they_lack():
    blank = open_picture(np.full((300, 200, 3), 128, np.uint8), name="blank")
    with pytest.raises(NothingFoundError, match=r"blank.*no garment"):
        analyse_garment(blank)
    with pytest.raises(NothingFoundError, match=r"blank.*no person"):
        analyse_person(blank)


def test_names_that_are_none_are_refused_in_a_sentence(top, model, no_networks):
    for refused, words in (
        (lambda: analyse_garment(sample("mannequin_top"), category="hat"), "category 'hat'"),
        (lambda: top.corrected(category="hat"), "category 'hat'"),
        (lambda: top.corrected(view="side"), "view 'side'"),
        (lambda: top.corrected({"collar": (1.0, 2.0)}), "corner 'collar'"),
        (lambda: model.corrected({"tail": (1.0, 2.0)}), "joint 'tail'"),
    ):
        with pytest.raises(UnusableInputError, match=f"^{words}: one of "):
            refused()


@pytest.mark.parametrize("category", ["outwear", "dress"])
def test_a_top_may_be_called_another_top(top, model, category):
    result = drape_analysed([top.corrected(category=category)], model)
    assert result.report["category"] == category


@pytest.mark.parametrize("category", ["skirt", "trousers"])
def test_a_top_that_is_called_trousers_is_refused_in_words(top, model, category):
    with pytest.raises(NothingFoundError, match="show the whole garment"):
        drape_analysed([top.corrected(category=category)], model)
