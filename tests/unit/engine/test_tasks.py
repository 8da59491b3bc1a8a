"""Tasks have names and owners, and no failure of one is lost."""

import asyncio

import structlog
from structlog.testing import capture_logs

from engine.aio.tasks import BackgroundTasks, name_and_call, started, stopped
from engine.errors import LegGone, MediaError


async def _for_ever() -> None:
    await asyncio.Event().wait()


async def _fails(error: Exception) -> None:
    raise error


async def _fails_when_stopped(error: Exception) -> None:
    try:
        await _for_ever()
    finally:
        raise error


async def test_a_task_is_named_after_its_work_and_its_call() -> None:
    with structlog.contextvars.bound_contextvars(call_id="CA1"):
        of_call = started(_for_ever())
    of_nobody = started(_for_ever(), "watch")

    assert name_and_call(of_call) == ("_for_ever", "CA1")
    assert name_and_call(of_nobody) == ("watch", None)
    await stopped(of_call, of_nobody)


async def test_stopped_waits_for_the_cleaning_up() -> None:
    cleaned = []

    async def work() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.01)
            cleaned.append(True)

    task = asyncio.create_task(work())
    await asyncio.sleep(0)

    await stopped(task)

    assert cleaned == [True]


async def test_what_fails_while_it_is_stopped_is_logged_with_its_traceback() -> None:
    task = started(_fails_when_stopped(TypeError("None has no length")), "watch")
    await asyncio.sleep(0)

    with capture_logs() as lines:
        await stopped(task)

    (line,) = lines
    assert (line["event"], line["task"], line["log_level"]) == ("task_failed", "watch", "error")
    assert isinstance(line["exc_info"], TypeError)


async def test_who_outlives_a_leg_is_no_failure() -> None:
    task = started(_fails_when_stopped(LegGone("CA1 is over")), "watch")
    await asyncio.sleep(0)

    with capture_logs() as lines:
        await stopped(task)

    assert [line["log_level"] for line in lines] == ["debug"]


async def test_an_owner_is_told_which_of_its_tasks_failed_and_of_what() -> None:
    told: list[tuple[str, BaseException]] = []
    tasks = BackgroundTasks("session", call_id="CA1", on_failure=lambda name, error: told.append((name, error)))
    error = MediaError("no such file")

    with capture_logs() as lines:
        tasks.begin(_fails(error), "beep")
        await asyncio.sleep(0.01)

    assert told == [("beep", error)]
    (line,) = lines
    assert (line["owner"], line["task"], line["call_id"]) == ("session", "beep", "CA1")


async def test_an_owner_is_not_told_of_what_it_ends_itself() -> None:
    told: list[str] = []
    tasks = BackgroundTasks("session", on_failure=lambda name, _: told.append(name))
    tasks.begin(_for_ever())
    await asyncio.sleep(0)

    await tasks.close()

    assert told == []
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_what_fails_while_its_owner_closes_is_told_too() -> None:
    told: list[str] = []
    tasks = BackgroundTasks("session", on_failure=lambda name, _: told.append(name))
    tasks.begin(_fails_when_stopped(TypeError()), "watch")
    await asyncio.sleep(0)

    with capture_logs():
        await tasks.close()

    assert told == ["watch"]
