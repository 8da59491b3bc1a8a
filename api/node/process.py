"""A node as a process of its own: its log, its private files, and the signals that stop it."""

import asyncio
import os
import signal

import uvloop

from api.logging.logs import logging_as
from api.node.node import open_node
from config.settings import Settings


def serve(settings: Settings) -> int:
    """Run a node in this process; the exit code."""
    keep_files_private()
    with logging_as(settings):
        uvloop.run(serve_until_stopped(settings))
    return 0


async def serve_until_stopped(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM; live calls are hung up and stored on the way out."""
    stop = stop_on_signals()
    async with open_node(settings):
        await stop.wait()


def keep_files_private() -> None:
    """Recordings, prompts and the database are for this process's user alone."""
    os.umask(0o077)


def stop_on_signals() -> asyncio.Event:
    """Set by the first SIGINT or SIGTERM."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop
