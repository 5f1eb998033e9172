"""What the page calls the parts of a person's photo."""

from __future__ import annotations

from pose import CLOTHES, PARTS

__all__ = ["CLOTHES_WORDS", "PART_WORDS"]

_WORDS = {
    "top": "top", "outer": "coat or jacket", "dress": "dress", "bottom": "trousers or skirt",
    "legwear": "tights or socks", "footwear": "shoe", "arms": "bare arm or hand",
    "legs": "bare leg", "face": "face or neck", "hair": "hair", "accessories": "bag or jewellery",
    "background": "background",
}  # fmt: skip

#: Of `pose.PARTS`, clothes first: they are what is taken for something else.
PART_WORDS: dict[str, str] = {part: _WORDS[part] for part in sorted(PARTS, key=[*_WORDS].index)}

#: The kinds of clothes among them.
CLOTHES_WORDS: dict[str, str] = {kind: _WORDS[kind] for kind in CLOTHES}
