"""A node as a process of its own: its log, its private files, and the signals that stop it."""

import os

import uvloop

from api.logging.logs import logging_as
from api.node.node import open_node
from api.node.open_files import raise_limit
from api.node.stop_signals import StopSignals
from config.settings import Settings
from engine.aio.waits import until


def serve(settings: Settings) -> int:
    """Run a node in this process; the exit code."""
    keep_files_private()
    raise_limit()
    with logging_as(settings):
        uvloop.run(serve_until_stopped(settings))
    return 0


async def serve_until_stopped(settings: Settings) -> None:
    """Serve until SIGTERM, and until calls have ended then, or until SIGINT or a second signal.

    Calls that are left are hung up and stored on the way out.
    """
    signals = StopSignals.heard()
    async with open_node(settings) as node:
        await signals.asked.wait()
        async with until(signals.at_once, node.drain()) as draining:
            if draining.done():
                draining.result()


def keep_files_private() -> None:
    """Recordings, prompts and the database are for this process's user alone."""
    os.umask(0o077)
