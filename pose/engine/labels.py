"""Which labels the pixels of a picture may have."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

__all__ = ["LabelSchema"]


@dataclass(frozen=True)
class LabelSchema:
    """The names of a segmentation's labels.

    Parameters
    ----------
    name : str
        Name of the schema, stored in every checkpoint trained on it.
    names : tuple of str
        The labels, in the order of a network's channels; the first is what belongs to nothing.

    Raises
    ------
    ValueError
        If a name is repeated.

    Examples
    --------
    >>> schema = LabelSchema("sky", ("background", "cloud"))
    >>> len(schema), schema.index("cloud")
    (2, 1)
    """

    role: ClassVar[str] = "labels"

    name: str
    names: tuple[str, ...]
    _index: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        index = {name: i for i, name in enumerate(self.names)}
        if len(index) != len(self.names):
            raise ValueError(f"schema {self.name}: a label's name is repeated")
        object.__setattr__(self, "_index", index)

    def __len__(self) -> int:
        return len(self.names)

    def index(self, name: str) -> int:
        """Return the position of a label; KeyError if there is none of that name."""
        return self._index[name]
