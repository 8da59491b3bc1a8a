"""A link to another room is sent the three loudest, and of several links the three loudest are heard."""

import asyncio
from collections.abc import Sequence

import pytest

from engine.ports import Attendance
from tests.peers.audio import tone
from tests.peers.ports import Ports
from tests.sip.conftest import Line
from tests.sip.guests import Guest, guests

pytestmark = pytest.mark.sip

LEVELS_DBOV = (-18, -21, -24, -30)
SETTLED_S = 1.5
"""A voice that ends keeps its place for a moment, as pauses between words are no end."""


def speak(talkers: Sequence[Guest]) -> None:
    """Sound at levels that tell the loudest from the next."""
    for guest, dbov in zip(talkers, LEVELS_DBOV, strict=True):
        guest.ear.say(tone(guest.hz, 2, dbov=dbov), for_ever=True)


async def test_a_link_is_sent_the_three_loudest_and_all_others_hear_all(line: Line, ports: Ports) -> None:
    async with guests(line, ports, 5) as everybody:
        link, *talkers = everybody
        speak(talkers)
        room = await line.agent.bridge.open_room()
        for guest in talkers:
            await room.place(guest.leg, Attendance())
        await room.place(link.leg, Attendance(is_link=True))
        await asyncio.sleep(SETTLED_S)

        assert await link.hears_of(everybody, wanted=talkers[:3]) == {each.hz for each in talkers[:3]}
        softest = talkers[3]
        assert await softest.hears_of(everybody, wanted=[link, *talkers[:3]]) == {
            each.hz for each in everybody if each is not softest
        }

        talkers[0].ear.hush()
        await asyncio.sleep(SETTLED_S)

        assert await link.hears_of(everybody, wanted=talkers[1:]) == {each.hz for each in talkers[1:]}


async def test_of_four_links_the_three_loudest_are_heard(line: Line, ports: Ports) -> None:
    async with guests(line, ports, 5) as everybody:
        person, *links = everybody
        speak(links)
        person.ear.hush()
        room = await line.agent.bridge.open_room()
        await room.place(person.leg, Attendance())
        for each in links:
            await room.place(each.leg, Attendance(is_link=True))
        await asyncio.sleep(SETTLED_S)

        assert await person.hears_of(everybody, wanted=links[:3]) == {each.hz for each in links[:3]}
        softest = links[3]
        assert await softest.hears_of(everybody, wanted=links[:3]) == {each.hz for each in links[:3]}
