"""The parts that a picture of a person is parsed into."""

from __future__ import annotations

from pose.engine.labels import LabelSchema

__all__ = ["CLOTHES", "PARTS", "PART_SCHEMA"]

#: What a pixel may belong to. `face` is face and neck down to the collar, `arms` are arms and
#: hands, `outer` what is worn over a top, `dress` whatever covers torso and legs in one piece,
#: `legwear` stockings, tights and socks, `accessories` what is carried or worn besides.
PARTS = (
    "background",
    "hair",
    "face",
    "arms",
    "legs",
    "top",
    "outer",
    "dress",
    "bottom",
    "legwear",
    "footwear",
    "accessories",
)

#: The same, as checkpoints store it.
PART_SCHEMA = LabelSchema("person-parts-12", PARTS)

#: The kinds of clothes among them that a look at the photo tells apart, and the share of the
#: outlined people who wear each.
CLOTHES = {"top": 0.72, "outer": 0.55, "dress": 0.30, "bottom": 0.65, "legwear": 0.20}
