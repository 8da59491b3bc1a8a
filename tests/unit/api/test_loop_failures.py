"""What fails in asyncio and is taken by nobody is a line of the log, with its task and its call."""

import asyncio
import gc

import structlog
from structlog.testing import capture_logs

from api.node.loop_failures import loop_failures_logged
from engine.aio.tasks import started


async def _fails() -> None:
    raise TypeError("None has no length")


async def test_a_task_whose_failure_nobody_took_is_told_with_its_name_and_its_call() -> None:
    with capture_logs() as lines, loop_failures_logged():
        with structlog.contextvars.bound_contextvars(call_id="CA1"):
            task = started(_fails())
        await asyncio.wait({task})
        del task
        gc.collect()

    (line,) = lines
    assert (line["event"], line["what"]) == ("failure_nobody_took", "Task exception was never retrieved")
    assert (line["task"], line["call_id"]) == ("_fails", "CA1")
    assert isinstance(line["exc_info"], TypeError)


async def test_a_callback_that_fails_is_told_without_what_it_was_given() -> None:
    def called(number: str) -> None:
        raise TypeError(len(number))

    with capture_logs() as lines, loop_failures_logged():
        asyncio.get_running_loop().call_soon(called, "+3225550199")
        await asyncio.sleep(0.01)

    (line,) = lines
    assert line["what"].startswith("Exception in callback")
    assert "+3225550199" not in line["what"]
    assert isinstance(line["exc_info"], TypeError)


async def test_afterwards_the_loop_tells_as_it_did_before() -> None:
    loop = asyncio.get_running_loop()
    before = loop.get_exception_handler()

    with loop_failures_logged():
        assert loop.get_exception_handler() is not before

    assert loop.get_exception_handler() is before
