"""Tasks that have a name and an owner, and whose failure somebody learns of."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final, TypeVar

import structlog

from engine.aio.first_done import first_done
from engine.errors import LegGone, TelefoonError

T = TypeVar("T")
OnFailure = Callable[[str, BaseException], None]
"""Told which task failed, and of what."""

_OF: Final = " of "

log = structlog.get_logger(__name__)


def started(work: Coroutine[Any, Any, T], name: str | None = None) -> asyncio.Task[T]:
    """A task, named as the function that it runs if not otherwise, and after the call in whose task this is said."""
    name = name or getattr(work, "__qualname__", type(work).__name__)
    call_id = structlog.contextvars.get_contextvars().get("call_id")
    return asyncio.create_task(work, name=f"{name}{_OF}{call_id}" if call_id else name)


def name_and_call(task: "asyncio.Future[Any]") -> tuple[str, str | None]:
    """What a task does and the call for which it does it, None where there is none."""
    if not isinstance(task, asyncio.Task):
        return type(task).__name__, None
    name, _, call_id = task.get_name().partition(_OF)
    return name, call_id or None


async def stopped(*tasks: "asyncio.Future[Any]") -> None:
    """Cancel what still runs and wait until it has cleaned up; what fails in that is logged, not raised."""
    running = [task for task in tasks if not task.done()]
    for task in running:
        task.cancel()
    for task in running:
        await first_done(task)
        log_failure(task)


def log_failure(task: "asyncio.Future[Any]", **about: object) -> BaseException | None:
    """Log how a task that is done has failed, if it has, and give that."""
    if task.cancelled() or (error := task.exception()) is None:
        return None
    name, call_id = name_and_call(task)
    facts = {"task": name, "call_id": call_id, **about}
    if isinstance(error, LegGone):
        log.debug("task_outlived_its_leg", reason=str(error), **facts)
    elif isinstance(error, TelefoonError):
        log.warning("task_failed", reason=str(error), **facts)
    else:
        log.error("task_failed", exc_info=error, **facts)
    return error


class BackgroundTasks:
    """Runs tasks beside their owner's work, until that ends. A failure is logged and told to the owner."""

    def __init__(self, owner: str, *, call_id: str | None = None, on_failure: OnFailure | None = None) -> None:
        self._about = {"owner": owner} | ({"call_id": call_id} if call_id else {})
        self._on_failure = on_failure
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, work: Coroutine[Any, Any, None], name: str | None = None) -> None:
        """Do it in a task of its own."""
        task = started(work, name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    async def close(self) -> None:
        """End all that is under way."""
        for task in tuple(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.wait(tuple(self._tasks))

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = log_failure(task, **self._about)
        if error is not None and not isinstance(error, LegGone) and self._on_failure is not None:
            self._on_failure(name_and_call(task)[0], error)
