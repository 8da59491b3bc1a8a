"""What was seen of a program on a trial by text: plain values, from which its verdict is made."""

from dataclasses import dataclass, field

from api.doctor.programs.faults_seen import FaultsSeen
from engine.agents.sentences import SentenceJoiner


@dataclass(slots=True)
class RelayTurn:
    """What the program said to one thing. Times are seconds of the trial; None where it did not come to that."""

    asked_s: float
    """When the prompt, the keys or the beginning were sent that it answers."""
    text: str = ""
    first_token_s: float | None = None
    first_sentence_s: float | None = None
    """When there was a whole sentence that a voice could begin with."""
    last_s: float | None = None
    """When the message came that ends the turn."""
    plays: list[str] = field(default_factory=list)
    """Files that are to be played."""
    _joiner: SentenceJoiner = field(default_factory=SentenceJoiner)

    def add(self, at_s: float, token: str, *, last: bool) -> None:
        """A piece of text has come."""
        self.text += token
        if token and self.first_token_s is None:
            self.first_token_s = at_s
        whole = self._joiner.add(token)
        if self.first_sentence_s is None and (whole or (last and self.text)):
            self.first_sentence_s = at_s
        if last:
            self.last_s = at_s


@dataclass(slots=True)
class RelayLog:
    """A trial's notes. What was not tried is None."""

    connected_s: float = 0.0
    received: int = 0
    greeting: RelayTurn | None = None
    answer: RelayTurn | None = None
    keys: RelayTurn | None = None
    interrupted_s: float | None = None
    """When it was told that the caller interrupts it."""
    late_tokens: int = 0
    """Pieces of the interrupted turn that came long after that."""
    after: RelayTurn | None = None
    """What it said to the interruption."""
    ended: bool = False
    handoff: str | None = None
    faults: FaultsSeen = field(default_factory=FaultsSeen)
    close_code: int | None = None
    """The program's own; None where it did not close."""
