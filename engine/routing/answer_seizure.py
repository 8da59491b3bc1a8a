"""The answer-seizure ratio of a trunk (ITU-T E.411): answered calls among those that were tried, against its own past.

Each trunk has a ratio of its own, by whom it calls; what matters is that it falls clearly below that.
"""

from dataclasses import dataclass, replace
from math import sqrt


@dataclass(frozen=True, slots=True)
class SeizureRule:
    """When a trunk's ratio has fallen: how many calls must say so, and how far.

    `surely` is how many standard errors the ratio must lie below the baseline, so that few calls are not taken for
    many; `fall` is the part of the baseline that must be lost besides, so that a small loss over many calls is none.
    """

    enough_calls: int = 30
    surely: float = 4.0
    fall: float = 0.5
    window_s: float = 300.0
    learning: float = 0.1
    """How much of each whole window goes into the baseline."""


@dataclass(frozen=True, slots=True)
class AnswerSeizure:
    """The ratio of a trunk now: the calls of the window that began at `since`, and the baseline of those before it."""

    rule: SeizureRule
    since: float
    tried: int = 0
    answered: int = 0
    baseline: float | None = None

    @property
    def ratio(self) -> float | None:
        """The part of the window's calls that were answered; None without calls."""
        return self.answered / self.tried if self.tried else None

    @property
    def has_fallen(self) -> bool:
        """Whether the window's ratio is clearly below the baseline."""
        if self.baseline is None or self.ratio is None or self.tried < self.rule.enough_calls:
            return False
        error = sqrt(self.baseline * (1 - self.baseline) / self.tried)
        is_sure = self.ratio < self.baseline - self.rule.surely * error
        return is_sure and self.ratio < self.baseline * (1 - self.rule.fall)

    def ended(self, answered: bool, now: float) -> "AnswerSeizure":
        """After one more call was set up, or failed to be."""
        current = self.at(now)
        return replace(current, tried=current.tried + 1, answered=current.answered + int(answered))

    def at(self, now: float) -> "AnswerSeizure":
        """The ratio at a later moment. A window that has passed is learnt from, unless it has too few calls or fell."""
        if now < self.since + self.rule.window_s:
            return self
        return AnswerSeizure(self.rule, now, baseline=self._learnt())

    def _learnt(self) -> float | None:
        if self.ratio is None or self.tried < self.rule.enough_calls or self.has_fallen:
            return self.baseline
        if self.baseline is None:
            return self.ratio
        return self.baseline + self.rule.learning * (self.ratio - self.baseline)
