"""The schema is FashionAI's."""

from garment import CATEGORIES, FASHIONAI_24, LANDMARKS_OF


def test_twenty_four_landmarks_in_five_categories():
    assert len(FASHIONAI_24) == 24
    assert CATEGORIES == ("blouse", "outwear", "dress", "skirt", "trousers")
    assert {len(names) for names in LANDMARKS_OF.values()} == {13, 15, 4, 7}
    for names in LANDMARKS_OF.values():
        assert set(names) <= set(FASHIONAI_24.names)


def test_mirroring_exchanges_sides_and_keeps_in_and_out():
    order = FASHIONAI_24.flip_order
    name = FASHIONAI_24.names
    assert name[order[FASHIONAI_24.index("cuff_left_in")]] == "cuff_right_in"
    assert name[order[FASHIONAI_24.index("crotch")]] == "crotch"
    assert all(order[order[i]] == i for i in range(len(FASHIONAI_24)))
