"""What the person on the line has truly heard of what the agent says, by the place that its sound has reached."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class SpokenPiece:
    """A sentence, and where its sound lies in all that is played (s)."""

    text: str
    begins_s: float
    ends_s: float


@dataclass(slots=True)
class SpokenTurn:
    """One turn of the agent: its sentences in the order in which they are played."""

    _pieces: list[SpokenPiece] = field(default_factory=list)

    def add(self, text: str, begins_s: float, seconds: float) -> None:
        """A sentence lies there; none begins before the one before has ended."""
        after = self._pieces[-1].ends_s if self._pieces else begins_s
        begins_s = max(begins_s, after)
        self._pieces.append(SpokenPiece(text, begins_s, begins_s + seconds))

    def cut(self, position_s: float) -> None:
        """Let the last sentence end there, where its sound did: it was no longer than that."""
        if self._pieces and position_s < self._pieces[-1].ends_s:
            self._pieces[-1] = replace(self._pieces[-1], ends_s=max(position_s, self._pieces[-1].begins_s))

    def heard(self, position_s: float) -> str:
        """The words that have been heard up to a place: whole sentences exactly, and within one by its time."""
        return " ".join(said for each in self._pieces if (said := _heard_of(each, position_s)))

    def heard_s(self, position_s: float) -> float:
        """The time for which the agent has been heard by then (s)."""
        return sum(max(0.0, min(position_s, each.ends_s) - each.begins_s) for each in self._pieces)


def _heard_of(piece: SpokenPiece, position_s: float) -> str:
    if position_s >= piece.ends_s:
        return piece.text
    if position_s <= piece.begins_s:
        return ""
    part = (position_s - piece.begins_s) / (piece.ends_s - piece.begins_s)
    return " ".join(_words_within(piece.text, part))


def _words_within(text: str, part: float) -> Iterator[str]:
    """The words whose ends lie within such a part of a text: a voice takes about as long for each letter."""
    reached, all_letters = 0, sum(map(len, text.split()))
    for word in text.split():
        reached += len(word)
        if reached > part * all_letters:
            return
        yield word
