"""Failures in tasks and callbacks that nobody took, as lines of the log like all others."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog

from engine.aio.tasks import name_and_call

log = structlog.get_logger(__name__)


@contextmanager
def loop_failures_logged() -> Iterator[None]:
    """Inside, the running loop tells them with the task's name and its call."""
    loop = asyncio.get_running_loop()
    before = loop.get_exception_handler()
    loop.set_exception_handler(_log)
    try:
        yield
    finally:
        loop.set_exception_handler(before)


def _log(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    task = context.get("task") or context.get("future")
    name, call_id = name_and_call(task) if task is not None else (None, None)
    # Of a callback the message goes on with its arguments, which may be anybody's numbers and words.
    what = str(context["message"]).partition("(")[0]
    log.error("failure_nobody_took", what=what, task=name, call_id=call_id, exc_info=context.get("exception"))
