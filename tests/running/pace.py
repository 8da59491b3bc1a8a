"""How slow this machine is now: limits of waiting grow with it, so that a busy machine fails no test."""

import hashlib
import os
import time
from typing import Final

_WORK: Final = bytes(1 << 20)
_ROUNDS: Final = 8
_USUAL_S: Final = 0.008
"""What the work takes on an idle core of the machines that the limits were chosen on."""
_SLOWEST: Final = 10.0


class Pace:
    """A fixed piece of work, timed; it is timed again before each test that waits for others."""

    def __init__(self) -> None:
        self.factor = 1.0

    def measure(self) -> None:
        """Time the work now."""
        began = time.monotonic()
        for _ in range(_ROUNDS):
            hashlib.sha256(_WORK)
        self.factor = factor(time.monotonic() - began, workers())


PACE: Final = Pace()


def patience(seconds: float) -> float:
    """How long to wait here for what takes at most `seconds` on an idle machine."""
    return seconds * PACE.factor


def factor(took_s: float, beside: int) -> float:
    """At least what the workers beside us may cost each other, at most what a run can afford."""
    fair_share = max(1.0, beside / (os.cpu_count() or 1))
    return min(_SLOWEST, max(fair_share, took_s / _USUAL_S))


def workers() -> int:
    """How many processes run tests side by side."""
    return int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
