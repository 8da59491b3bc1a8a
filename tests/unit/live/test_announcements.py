"""What a room announces: one after the other, and none is left without its end."""

import asyncio
from collections.abc import Sequence

from engine.errors import SpeechError
from engine.live.conference.announcements import Announcements, Sounding
from engine.ports import Ear, LegId, Sink
from tests.peers.waiting import within


def sound(name: str, heard: list[str], *, seconds: float = 0.01) -> Sounding:
    async def play(to: Sequence[Sink]) -> None:
        heard.append(f"{name} begins")
        await asyncio.sleep(seconds)
        heard.append(f"{name} ends")

    return play


async def broken(to: Sequence[Sink]) -> None:
    raise SpeechError("no such voice")


def announcements() -> Announcements:
    return Announcements(lambda: [Ear(LegId(1))])


async def test_they_are_heard_in_order_and_never_at_once() -> None:
    heard: list[str] = []
    said = announcements()
    done = asyncio.Event()

    async def end(failure: str | None) -> None:
        assert failure is None
        done.set()

    said.begin(sound("tone", heard), sound("name", heard))
    said.begin(sound("text", heard), on_end=end)
    async with within(5):
        await done.wait()

    assert heard == [f"{name} {what}" for name in ("tone", "name", "text") for what in ("begins", "ends")]


async def test_one_that_fails_says_why_and_the_next_is_heard() -> None:
    heard: list[str] = []
    failures: list[str | None] = []
    said = announcements()
    done = asyncio.Event()

    async def end(failure: str | None) -> None:
        failures.append(failure)
        if len(failures) == 2:
            done.set()

    said.begin(broken, on_end=end)
    said.begin(sound("next", heard), on_end=end)
    async with within(5):
        await done.wait()

    assert failures == ["no such voice", None]
    assert heard == ["next begins", "next ends"]


async def test_whatever_waits_is_told_its_end_when_the_room_ends() -> None:
    failures: list[str | None] = []
    said = announcements()

    async def end(failure: str | None) -> None:
        failures.append(failure)

    for _ in range(4):
        said.begin(sound("long", [], seconds=60), on_end=end)
    await asyncio.sleep(0.01)
    assert said.crowded

    await said.close()

    assert len(failures) == 4
    assert None not in failures
