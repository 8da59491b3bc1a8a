"""A node as a process of its own: its log, its private files, and the signals that stop it."""

from typing import Final

import uvloop

from api.logging.logs import logging_as
from api.node.node import open_node
from api.node.open_files import raise_limit
from api.node.own_cores import keep_to
from api.node.private_files import keep_files_private
from api.node.stop_signals import StopSignals
from config.settings import Settings
from engine.aio.waits import first_of, until

FENCED: Final = 75
"""EX_TEMPFAIL of sysexits.h: the same program may well do better when it is started again."""


def serve(settings: Settings) -> int:
    """Run a node in this process; the exit code."""
    keep_files_private()
    raise_limit()
    keep_to(settings.cores)
    with logging_as(settings):
        return uvloop.run(serve_until_stopped(settings))


async def serve_until_stopped(settings: Settings) -> int:
    """Serve until SIGTERM, and until calls have ended then, or until SIGINT or a second signal; the exit code.

    Calls that are left are hung up and stored on the way out; of a node that others may take over from, they are
    hung up at once, and who watches the process starts it anew.
    """
    signals = StopSignals.heard()
    async with open_node(settings) as node:
        await first_of(signals.asked, node.fenced)
        if node.fenced.is_set():
            return FENCED
        async with until(signals.at_once, node.drain()) as draining:
            if draining.done():
                draining.result()
    return 0
