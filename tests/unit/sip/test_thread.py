"""The SIP thread, without the library: what opens and closes is handed in."""

import threading
from typing import Any

import pytest

from engine.errors import SipError
from sip.thread import SipThread


class Endpoint:
    """Stands for the library's, and counts what is asked of it."""

    def __init__(self) -> None:
        self.ended = threading.Event()

    def libHandleEvents(self, _ms: int) -> None:  # noqa: N802 (the library's name)
        """Nothing happens."""

    def libDestroy(self, _flags: int) -> None:  # noqa: N802
        self.ended.set()


async def test_a_start_that_takes_too_long_is_told_and_leaves_no_thread() -> None:
    endpoint: Any = Endpoint()
    is_late = threading.Event()
    thread = SipThread(start_timeout_s=0.05)

    def open_late() -> Any:
        is_late.wait(0.3)
        return endpoint

    with pytest.raises(SipError, match=r"SIP did not start within 0\.05 s"):
        await thread.start(open_late, lambda: False, lambda: None)

    assert endpoint.ended.is_set()
    assert not [each for each in threading.enumerate() if each.name == "sip"]


async def test_a_start_that_is_refused_leaves_no_thread() -> None:
    def refuse() -> Any:
        raise SipError("The port is taken.")

    with pytest.raises(SipError, match="The port is taken"):
        await SipThread().start(refuse, lambda: False, lambda: None)

    assert not [each for each in threading.enumerate() if each.name == "sip"]
