"""What a set of keypoints is called, how it is joined, and where one instance of it lies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

__all__ = ["KeypointSchema", "Keypoints"]


@dataclass(frozen=True)
class KeypointSchema:
    """The names of an object's keypoints and what is known about them.

    Parameters
    ----------
    name : str
        Name of the schema, stored in every checkpoint trained on it.
    names : tuple of str
        The keypoints, in the order of every array of the engine.
    edges : tuple of (str, str)
        Pairs that a drawing joins, and the limbs of affinity fields.
    flip_pairs : tuple of (str, str)
        Pairs that change places when the picture is mirrored.
    sigmas : tuple of float
        Fall-off of the object keypoint similarity, one a keypoint; empty where undefined.
    halves : tuple of tuple of str
        Groups that half-body augmentation may keep alone.

    Raises
    ------
    ValueError
        If a name is repeated, or a pair names a keypoint that does not exist.

    Examples
    --------
    >>> schema = KeypointSchema("arrow", ("tip", "left", "right"), flip_pairs=(("left", "right"),))
    >>> schema.flip_order
    (0, 2, 1)
    """

    role: ClassVar[str] = "keypoints"

    name: str
    names: tuple[str, ...]
    edges: tuple[tuple[str, str], ...] = ()
    flip_pairs: tuple[tuple[str, str], ...] = ()
    sigmas: tuple[float, ...] = ()
    halves: tuple[tuple[str, ...], ...] = ()
    _index: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        index = {name: i for i, name in enumerate(self.names)}
        if len(index) != len(self.names):
            raise ValueError(f"schema {self.name}: a keypoint's name is repeated")
        for pair in (*self.edges, *self.flip_pairs, *self.halves):
            for name in pair:
                if name not in index:
                    raise ValueError(f"schema {self.name} has no keypoint {name!r}")
        if self.sigmas and len(self.sigmas) != len(self.names):
            raise ValueError(f"schema {self.name}: one sigma a keypoint, or none")
        object.__setattr__(self, "_index", index)

    def __len__(self) -> int:
        return len(self.names)

    def index(self, name: str) -> int:
        """Return the position of a keypoint; KeyError if there is none of that name."""
        return self._index[name]

    @property
    def flip_order(self) -> tuple[int, ...]:
        """For every keypoint, the index of the one that takes its place in a mirrored picture."""
        order = list(range(len(self)))
        for a, b in self.flip_pairs:
            i, j = self._index[a], self._index[b]
            order[i], order[j] = j, i
        return tuple(order)

    @property
    def edge_indices(self) -> tuple[tuple[int, int], ...]:
        """`edges` as pairs of positions."""
        return tuple((self._index[a], self._index[b]) for a, b in self.edges)


@dataclass(frozen=True)
class Keypoints:
    """The keypoints of one instance in one picture.

    Parameters
    ----------
    schema : KeypointSchema
        What the rows of the arrays are.
    xy : (K, 2) float array
        Pixels, x right, y down, (0, 0) the centre of the top-left pixel.
    scores : (K,) float array
        Confidence of each keypoint, 0..1; 0 where the instance lacks it.

    Raises
    ------
    ValueError
        If a shape does not fit the schema.

    Examples
    --------
    >>> schema = KeypointSchema("line", ("start", "end"))
    >>> points = Keypoints(schema, np.array([[1.0, 2.0], [5.0, 10.0]]), np.array([0.9, 0.7]))
    >>> points["end"].tolist(), points.bbox()
    ([5.0, 10.0], (1.0, 2.0, 4.0, 8.0))
    """

    schema: KeypointSchema
    xy: NDArray[np.float64]
    scores: NDArray[np.float64]

    def __post_init__(self) -> None:
        count = len(self.schema)
        if self.xy.shape != (count, 2) or self.scores.shape != (count,):
            raise ValueError(
                f"{self.schema.name} has {count} keypoints, "
                f"got arrays of shape {self.xy.shape} and {self.scores.shape}"
            )

    def __getitem__(self, name: str) -> NDArray[np.float64]:
        """Return the (x, y) of one keypoint."""
        return self.xy[self.schema.index(name)]

    def score_of(self, name: str) -> float:
        """Return the confidence of one keypoint."""
        return float(self.scores[self.schema.index(name)])

    @property
    def score(self) -> float:
        """Mean confidence of the keypoints that are there."""
        present = self.scores > 0
        return float(self.scores[present].mean()) if present.any() else 0.0

    def bbox(self, threshold: float = 0.0) -> tuple[float, float, float, float]:
        """Return the tight box (x, y, width, height) of keypoints scored above `threshold`.

        Where none is, the box of all keypoints is returned.
        """
        points = self.xy[self.scores > threshold]
        if len(points) == 0:
            points = self.xy
        low, high = points.min(axis=0), points.max(axis=0)
        return float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1])

    def named(self, threshold: float = 0.0) -> dict[str, tuple[float, float]]:
        """Return name -> (x, y) of the keypoints scored above `threshold`."""
        return {
            name: (float(x), float(y))
            for name, (x, y), score in zip(self.schema.names, self.xy, self.scores, strict=True)
            if score > threshold
        }

    def moved(self, changes: Mapping[str, tuple[float, float]]) -> Keypoints:
        """Return a copy with some keypoints put elsewhere, by hand, at full confidence."""
        xy, scores = self.xy.copy(), self.scores.copy()
        for name, point in changes.items():
            xy[self.schema.index(name)] = point
            scores[self.schema.index(name)] = 1.0
        return Keypoints(self.schema, xy, scores)
