"""Sending keys, with the pauses between them."""

import re
from typing import Final, Protocol

from engine.errors import SipError

_PAUSE_S: Final = {"w": 0.5, "W": 1.0}
_RUN: Final = re.compile(r"[wW]|[^wW]+")


class Presses(Protocol):
    """The keys that a call's far end presses, as a verb reads them."""

    async def pause(self, seconds: float) -> None: ...
    async def send_digits(self, digits: str) -> None: ...
    async def note(self, kind: str, **facts: object) -> None: ...


async def press(stage: Presses, keys: str) -> None:
    """Send 0-9 * # A-D; w waits half a second, W a second. Keys that can't be sent are noted. Raises LegGone."""
    for run in _RUN.findall(keys):
        if run in _PAUSE_S:
            await stage.pause(_PAUSE_S[run])
            continue
        try:
            await stage.send_digits(run)
        except SipError as error:
            await stage.note("digits_not_sent", reason=str(error))
            return
