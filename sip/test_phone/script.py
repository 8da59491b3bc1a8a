"""The script of the test phone: what it does in each call, as plain data."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from engine.errors import InvalidField

PAUSE_S: Final = 0.5
"""What one `w` among the digits stands for."""

_DIGITS: Final = re.compile(r"[0-9*#A-Dw]*")
_RUN: Final = re.compile(r"w+|[^w]+")
_FINAL_CODES: Final = range(300, 700)

BUSY: Final = 486


@dataclass(frozen=True, slots=True)
class PhoneScript:
    """One phone's behaviour; times are seconds.

    A call that comes in is refused with `refusal` if that is set, rings for ever if `answer_after_s` is None,
    and is answered after that time otherwise. In an answered call, `play` is played and what the phone hears
    is recorded to `record` from the start, `digits` (with `w` for a pause) are sent after `digits_after_s`,
    and the phone hangs up after `hang_up_after_s`. Raises InvalidField.
    """

    answer_after_s: float | None = 0.0
    refusal: int | None = None
    digits: str = ""
    digits_after_s: float = 1.0
    play: Path | None = None
    record: Path | None = None
    hang_up_after_s: float | None = None

    def __post_init__(self) -> None:
        if not _DIGITS.fullmatch(self.digits):
            raise InvalidField("digits", f"'{self.digits}' are no digits. Allowed are 0-9 * # A-D, and w to wait.")
        if self.refusal is not None and self.refusal not in _FINAL_CODES:
            raise InvalidField("reject", f"{self.refusal} refuses no call. Allowed are SIP codes from 300 to 699.")
        if self.play is not None and not self.play.is_file():
            raise InvalidField("play", f"{self.play} is not a file.")
        if self.record is not None and not self.record.parent.is_dir():
            raise InvalidField("record", f"{self.record.parent} is no folder.")

    def presses(self) -> Iterator[tuple[str, float]]:
        """Runs of keys to send at once, each with how long to wait after it beside its own length."""
        keys = ""
        for run in _RUN.findall(self.digits):
            if run[0] == "w":
                yield keys, len(run) * PAUSE_S
                keys = ""
            else:
                keys = run
        if keys:
            yield keys, 0.0

    def recording_of(self, call: int) -> Path | None:
        """The first call's file has the name given, later ones a number beside it."""
        if self.record is None or call == 1:
            return self.record
        return self.record.with_stem(f"{self.record.stem}-{call}")
