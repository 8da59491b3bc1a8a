"""A link between the rooms of two nodes: a call by which one conference is heard on both (docs/scaling.md)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RoomLink:
    """A link from a leaf to the root: the conference that both are rooms of, and the name of the leaf's node."""

    conference_id: str
    leaf: str
