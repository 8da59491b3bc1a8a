"""The signals that end a node: SIGTERM lets its calls end first, SIGINT and a second signal do not."""

import asyncio
import signal
from typing import Self

from engine.aio.waits import Occurrence


class StopSignals:
    """The process was asked to end: `asked`, and `at_once` where it is not to wait for calls."""

    def __init__(self) -> None:
        self.asked = Occurrence()
        self.at_once = Occurrence()

    @classmethod
    def heard(cls) -> Self:
        """Listens from now on; within a running loop."""
        signals, loop = cls(), asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, signals.end)
        loop.add_signal_handler(signal.SIGINT, signals.end_at_once)
        return signals

    def end(self) -> None:
        """Note that it is to end, and at once if that was said before."""
        if self.asked.is_set():
            self.at_once.set()
        self.asked.set()

    def end_at_once(self) -> None:
        """Note that it is to end without waiting for calls."""
        self.at_once.set()
        self.asked.set()
