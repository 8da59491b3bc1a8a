"""What each signal asks of a node."""

import os
import signal

import pytest

from api.node.stop_signals import StopSignals


@pytest.mark.parametrize(
    ("numbers", "at_once"),
    [
        ([signal.SIGTERM], False),
        ([signal.SIGTERM, signal.SIGTERM], True),
        ([signal.SIGTERM, signal.SIGINT], True),
        ([signal.SIGINT], True),
    ],
)
async def test_the_first_sigterm_alone_lets_calls_end(numbers: list[signal.Signals], at_once: bool) -> None:
    signals = StopSignals.heard()

    for number in numbers:
        os.kill(os.getpid(), number)
        await signals.asked.wait()
    if at_once:
        await signals.at_once.wait()

    assert signals.asked.is_set()
    assert signals.at_once.is_set() is at_once
