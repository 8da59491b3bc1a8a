"""How a trunk has carried calls of late: attempts, answer-seizure ratio, duration, post-dial delay, quality."""

from collections import deque
from dataclasses import dataclass
from statistics import fmean, quantiles
from typing import Final

from engine.routing.answer_seizure import SeizureRule
from engine.routing.seizure_breaker import SeizureBreaker

WINDOW_S: Final = 3600.0
MOST: Final = 10_000
"""Attempts and calls that are remembered; of a busy trunk, those are less than an hour's."""


@dataclass(frozen=True, slots=True)
class TrunkFigures:
    """The figures of the last hour, but for `calls`, which are there now. None where nothing was measured.

    `answer_seizure_ratio` is of attempts that have ended or were answered (ITU-T E.411). The post-dial delay is
    the time from INVITE to the first ringing or answer (ITU-T E.721); half of them and 95 of 100 are below these.
    """

    calls: int
    attempts: int
    answer_seizure_ratio: float | None
    average_duration_s: float | None
    post_dial_delay_p50_ms: float | None
    post_dial_delay_p95_ms: float | None
    mos: float | None


class TrunkMeter:
    """Counts the calls of one trunk. Pure: the time is handed in, in seconds of any one clock."""

    def __init__(self, rule: SeizureRule | None = None) -> None:
        self._breaker = SeizureBreaker(rule or SeizureRule())
        self._calls = 0
        self._answers: deque[tuple[float, float]] = deque(maxlen=MOST)
        self._delays: deque[tuple[float, float]] = deque(maxlen=MOST)
        self._durations: deque[tuple[float, float]] = deque(maxlen=MOST)
        self._scores: deque[tuple[float, float]] = deque(maxlen=MOST)

    def rang(self, now_s: float, delay_ms: float) -> None:
        """Note that the far end rings, or has answered without, so long after the INVITE."""
        self._delays.append((now_s, delay_ms))

    def tried(self, now_s: float, *, answered: bool) -> None:
        """Note that an attempt was answered, or has failed."""
        self._answers.append((now_s, float(answered)))
        self._breaker.ended(answered, now_s)
        self._calls += answered

    def ended(self, now_s: float, duration_s: float, mos: float | None) -> None:
        """Note that a call which was answered is over."""
        self._calls -= 1
        self._durations.append((now_s, duration_s))
        if mos is not None:
            self._scores.append((now_s, mos))

    def is_to_rest(self, now_s: float) -> bool:
        """Whether calls are to go by other trunks, as this one answers far fewer than it used to."""
        return self._breaker.is_open(now_s)

    def figures(self, now_s: float) -> TrunkFigures:
        """How it stands."""
        answers, delays, durations, scores = (
            [value for at_s, value in kept if at_s > now_s - WINDOW_S]
            for kept in (self._answers, self._delays, self._durations, self._scores)
        )
        return TrunkFigures(
            self._calls, len(answers), _mean(answers), _mean(durations), _part(delays, 50), _part(delays, 95),
            _mean(scores),
        )  # fmt: skip


def _mean(values: list[float]) -> float | None:
    return round(fmean(values), 3) if values else None


def _part(values: list[float], percent: int) -> float | None:
    if not values:
        return None
    return round(quantiles(values * 2, n=100, method="inclusive")[percent - 1], 1)
