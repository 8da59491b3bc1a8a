"""Patience with an INVITE: the time without any answer, before whoever was to carry it counts as gone."""

import time
from collections.abc import Callable

TIMED_OUT = {408, 487}
"""The library's own codes where it has heard nothing; others tell what stood in the way."""


class Patience:
    """How long an INVITE may stay unanswered. `who` is to answer, in words: "The trunk". On the SIP thread."""

    def __init__(self, seconds: float, who: str, on_heard: Callable[[], None], on_unheard: Callable[[], None]) -> None:
        self._who = who
        self._until_s = time.monotonic() + seconds
        self._on_heard = on_heard
        self._on_unheard = on_unheard
        self.waiting = True
        """Whether nothing has come in yet."""

    def heard(self) -> None:
        """Something has come in, if only 100 Trying."""
        self.waiting = False
        self._on_heard()

    def is_over(self, now_s: float) -> bool:
        """Whether it is time to give up."""
        return self.waiting and now_s >= self._until_s

    def gone(self, code: int) -> str:
        """The INVITE has ended with a code, and not by us: in words who did not answer; empty where that was not it."""
        if not self.waiting:
            return ""
        self._on_unheard()
        return f"{self._who} did not answer" if code in TIMED_OUT else ""
