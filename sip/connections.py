"""Keeps connections over TCP and TLS that others begin to their time, and tells the log of those that were closed."""

from typing import Final

import pjsua2 as pj
import structlog

TOLD_EACH_S: Final = 10.0
"""A flood of connections makes one line of the log in this time."""

log = structlog.get_logger(__name__)


class ConnectionWatch:
    """Lives on the SIP thread."""

    def __init__(self) -> None:
        self._told = (0, 0)
        self._told_s = -TOLD_EACH_S

    def look(self, now_s: float) -> None:
        """Close what has said nothing for too long; to be called about once a second."""
        pj.close_idle_connections()
        figures = pj.connection_figures()
        refused, timed_out = int(figures.refused), int(figures.timedOut)
        if (refused, timed_out) == self._told or now_s - self._told_s < TOLD_EACH_S:
            return
        log.warning(
            "connections_closed",
            refused=refused - self._told[0],
            timed_out=timed_out - self._told[1],
            of_strangers_now=int(figures.strangers),
            known_now=int(figures.known),
        )
        self._told, self._told_s = (refused, timed_out), now_s
