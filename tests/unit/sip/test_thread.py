"""The SIP thread, without the library: what opens and closes is handed in."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest

from engine.errors import SipError
from sip.thread import SipThread


class Library:
    """Stands for the library: nothing comes in, so a turn ends when it is woken."""

    def __init__(self) -> None:
        self.turns = 0
        self.ended = threading.Event()
        self._woken = threading.Event()

    def wake(self) -> None:
        """As pj.wake."""
        self._woken.set()

    def libHandleEvents(self, ms: int) -> None:  # noqa: N802 (the library's name)
        """Wait, if there is time for it."""
        assert not ms or self._woken.wait(20), "nobody has woken the SIP thread"
        self.turns += 1
        self._woken.clear()

    def libDestroy(self, _flags: int) -> None:  # noqa: N802
        self.ended.set()


@asynccontextmanager
async def running(library: Any) -> AsyncIterator[SipThread]:
    thread = SipThread(wake=library.wake)
    await thread.start(lambda: library, lambda: False, lambda: None)
    try:
        async with asyncio.timeout(10):
            yield thread
    finally:
        await thread.close()


@asynccontextmanager
async def held_up(thread: SipThread) -> AsyncIterator[Callable[[], None]]:
    """The thread is in a command until what this gives is called, so whatever is asked of it meanwhile waits."""
    entered, released = threading.Event(), threading.Event()

    def hold() -> None:
        entered.set()
        released.wait(20)

    thread.later(hold)
    await asyncio.to_thread(entered.wait)
    try:
        yield released.set
    finally:
        released.set()


async def test_a_command_wakes_the_thread() -> None:
    library = Library()

    async with running(library) as thread:
        answer = await thread.run(lambda: "done")

    assert answer == "done"


async def test_a_command_that_a_command_asks_for_is_run_without_another_ones_coming() -> None:
    library = Library()
    run = asyncio.Event()

    async with running(library) as thread:
        thread.later(lambda: thread.later(partial(thread.emit, run.set)))
        await run.wait()


async def test_all_commands_that_wait_are_run_in_one_turn() -> None:
    library = Library()

    async with running(library) as thread, held_up(thread) as release:
        waiting = [asyncio.create_task(thread.run(lambda: library.turns)) for _ in range(50)]
        await asyncio.sleep(0)
        release()
        turns = await asyncio.gather(*waiting)

    assert len(set(turns)) == 1


async def test_one_crossing_back_carries_all_answers_of_a_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    library, loop = Library(), asyncio.get_running_loop()
    crossings: list[object] = []
    cross = loop.call_soon_threadsafe

    def counted(deliver: Callable[[], object]) -> Any:
        crossings.append(deliver)
        return cross(deliver)

    async with running(library) as thread, held_up(thread) as release:
        waiting = [asyncio.create_task(thread.run(lambda: None)) for _ in range(50)]
        await asyncio.sleep(0)
        all_run = threading.Event()
        thread.later(all_run.set)
        monkeypatch.setattr(loop, "call_soon_threadsafe", counted)
        release()
        all_run.wait(20)  # asyncio's thread stands still, and none of the answers can be delivered before the last
        await asyncio.gather(*waiting)
        monkeypatch.undo()

    assert len(crossings) == 1


async def test_events_and_answers_cross_in_the_order_in_which_they_came() -> None:
    library = Library()
    order: list[str] = []

    def tells(name: str, thread: SipThread) -> None:
        thread.emit(partial(order.append, f"event of {name}"))

    async def ask(name: str, thread: SipThread) -> None:
        await thread.run(partial(tells, name, thread))
        order.append(f"answer to {name}")

    async with running(library) as thread:
        await ask("first", thread)
        await ask("second", thread)

    assert order == ["event of first", "answer to first", "event of second", "answer to second"]


async def test_a_delivery_that_fails_takes_no_other_with_it() -> None:
    library, loop = Library(), asyncio.get_running_loop()
    told: list[object] = []
    loop.set_exception_handler(lambda _, context: told.append(context["exception"]))

    def emit_all(thread: SipThread) -> None:
        thread.emit(partial(int, "no figure"))
        thread.emit(partial(told.append, "delivered"))

    async with running(library) as thread:
        await thread.run(partial(emit_all, thread))

    assert isinstance(told[0], ValueError)
    assert told[1:] == ["delivered"]


async def test_closing_wakes_the_thread() -> None:
    library = Library()

    async with running(library):
        pass

    assert library.ended.is_set()


async def test_a_start_that_takes_too_long_is_told_and_leaves_no_thread() -> None:
    library: Any = Library()
    is_late = threading.Event()
    thread = SipThread(wake=library.wake, start_timeout_s=0.05)

    def open_late() -> Any:
        is_late.wait(0.3)
        return library

    with pytest.raises(SipError, match=r"SIP did not start within 0\.05 s"):
        await thread.start(open_late, lambda: False, lambda: None)

    assert library.ended.is_set()
    assert not [each for each in threading.enumerate() if each.name == "sip"]


async def test_a_start_that_is_refused_leaves_no_thread() -> None:
    def refuse() -> Any:
        raise SipError("The port is taken.")

    with pytest.raises(SipError, match="The port is taken"):
        await SipThread(wake=lambda: None).start(refuse, lambda: False, lambda: None)

    assert not [each for each in threading.enumerate() if each.name == "sip"]


async def test_what_waits_in_both_directions_is_told_with_how_long_it_has() -> None:
    library = Library()
    async with running(library) as thread:
        at_first = (thread.commands, thread.events)
        async with held_up(thread):
            for _ in range(3):
                thread.later(lambda: None)
                thread.emit(lambda: None)
            commands, events = thread.commands, thread.events

        assert [each.count for each in at_first] == [0, 0]
        assert (commands.count, events.count) == (3, 3)
        assert 0 <= commands.oldest_s < 10
        await thread.run(lambda: None)
        assert (thread.commands.count, thread.events.count) == (0, 0)
