"""One conference over several nodes (docs/scaling.md): whoever reaches any of them is in the same room."""

import asyncio
import signal
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from tests.peers.audio import Sound, hears, tone
from tests.peers.callers import all_hear_all_others, calling, count, has
from tests.peers.certificates import make_pems
from tests.peers.customer import Customer
from tests.peers.nodes import nodes
from tests.peers.platform import Platform
from tests.peers.ports import Ports

pytestmark = [pytest.mark.sip, pytest.mark.postgres]

HALL = '<Response><Dial><Conference beep="false">hall</Conference></Dial></Response>'

RECORDED = HALL.replace("<Conference", '<Conference record="record-from-start"')
HEALED_S = 3.0
SETTLED_S = 1.0
WITHDREW_HZ = 1300


@pytest.fixture
async def pair(tmp_path: Path, ports: Ports, shop: Customer, database: str) -> AsyncIterator[Sequence[Platform]]:
    """Two nodes whose number leads into one room."""
    shop.flows["/start"] = HALL
    async with nodes(tmp_path, ports, database, number={"--url": shop.url("/start")}) as running:
        yield running


async def test_callers_of_one_room_on_two_nodes_hear_all_others_in_one_conference(
    pair: Sequence[Platform], ports: Ports
) -> None:
    one, two = pair
    async with calling(one, ports, 400, 620) as of_one, calling(two, ports, 860, 1080) as of_two:
        await asyncio.gather(has(one, "hall", 4, within_s=10), has(two, "hall", 4, within_s=10))

        await all_hear_all_others(*of_one, *of_two)

        conferences = (await two.get("conferences", friendly_name="hall"))["conferences"]
        calls = (await one.get("calls"))["calls"]
    assert len(conferences) == 1
    assert len(calls) == 4, "a link is no call"


async def test_rooms_that_are_linked_over_tls_are_one_room_too(
    tmp_path: Path, ports: Ports, shop: Customer, database: str
) -> None:
    pems = make_pems(tmp_path / "pems")
    secured = {
        "SIP_TRANSPORTS": "udp, tcp, tls", "TLS_CERT": str(pems.certificate), "TLS_KEY": str(pems.key),
        "TLS_CA": str(pems.ca), "NODE_LINKS": "tls",
    }  # fmt: skip
    shop.flows["/start"] = HALL
    number = {"--url": shop.url("/start")}
    async with (
        nodes(tmp_path, ports, database, settings=secured, number=number) as (one, two),
        calling(one, ports, 400) as of_one,
        calling(two, ports, 860) as of_two,
    ):
        await asyncio.gather(has(one, "hall", 2, within_s=10), has(two, "hall", 2, within_s=10))

        await all_hear_all_others(*of_one, *of_two)


async def test_where_the_root_is_killed_the_others_hear_each_other_within_three_seconds(
    tmp_path: Path, ports: Ports, shop: Customer, database: str
) -> None:
    shop.flows["/start"] = RECORDED
    number = {"--url": shop.url("/start")}
    async with (
        nodes(tmp_path, ports, database, ("root", "leaf", "other"), number=number) as (root, leaf, other),
        calling(root, ports, 400) as of_root,
        calling(leaf, ports, 620, 860) as of_leaf,
        calling(other, ports, 1080) as of_other,
    ):
        await asyncio.gather(*(has(each, "hall", 4, within_s=10) for each in (root, leaf, other)))
        await all_hear_all_others(*of_root, *of_leaf, *of_other)

        await root.end(signal.SIGKILL)
        await asyncio.sleep(HEALED_S)

        await all_hear_all_others(*of_leaf, *of_other)
        room = await conference_of(leaf)
        await asyncio.sleep(SETTLED_S)
        await other.delete(f"conferences/{room}")
        for each in (*of_leaf, *of_other):
            await each.far_end.gets("BYE")
        second_file = await recorded(other, room, tmp_path)
    assert all(hears(second_file, each.hz, seconds=1) for each in (*of_leaf, *of_other))


async def recorded(telefoon: Platform, room: str, folder: Path) -> Sound:
    """The newest recording of a conference, once it is closed."""
    _, wav = await telefoon.recording(folder, conference_id=room)
    return Sound.of_file(wav)


async def conference_of(telefoon: Platform) -> str:
    """The id of the room that is open."""
    found = (await telefoon.get("conferences", friendly_name="hall", status="in-progress"))["conferences"]
    return str(found[0]["id"])


async def test_what_is_for_all_reaches_all_whichever_node_they_are_on(pair: Sequence[Platform], ports: Ports) -> None:
    root, leaf = pair
    async with calling(root, ports, 400) as of_root, calling(leaf, ports, 620, 860) as of_leaf:
        await asyncio.gather(*(has(each, "hall", 3, within_s=10) for each in pair))
        await all_hear_all_others(*of_root, *of_leaf)
        room = f"conferences/{await conference_of(root)}"

        await root.patch(room, {"muted": True})
        await asyncio.sleep(SETTLED_S)
        since = [(each, each.ear.now_s) for each in (*of_root, *of_leaf)]
        await asyncio.sleep(1)
        for each, from_s in since:
            assert not any(hears(each.ear.heard(from_s), other.hz) for other in (*of_root, *of_leaf)), each.hz

        from_s = of_leaf[0].ear.now_s
        await root.patch(room, {"say": {"text": "The hall closes now.", "language": "en-GB"}})
        await of_leaf[0].ear.hears_sound(seconds=0.5, within_s=15, since_s=from_s)

        await root.patch(room, {"muted": False})
        await all_hear_all_others(*of_root, *of_leaf)

        await root.delete(room)
        for each in (*of_root, *of_leaf):
            await each.far_end.gets("BYE")
        await has(leaf, "hall", None, within_s=10)


async def test_limits_and_locks_hold_on_all_nodes_together(pair: Sequence[Platform], ports: Ports) -> None:
    root, leaf = pair
    async with calling(root, ports, 400), calling(leaf, ports, 620):
        await asyncio.gather(*(has(each, "hall", 2, within_s=10) for each in pair))
        room = f"conferences/{await conference_of(root)}"

        await root.patch(room, {"max_participants": 2})
        async with calling(leaf, ports, 860) as (one_too_many,):
            refused = await leaf.noted(one_too_many.call_id, "conference_refused")
        await root.patch(room, {"max_participants": 9, "locked": True})
        async with calling(leaf, ports, 1080) as (late,):
            locked_out = await leaf.noted(late.call_id, "conference_refused")

        assert await count(leaf, "hall") == 2
    assert (refused["reason"], locked_out["reason"]) == ("full", "locked")


async def test_the_root_records_all_but_those_who_may_not_be_recorded(
    tmp_path: Path, ports: Ports, shop: Customer, database: str
) -> None:
    shop.flows["/start"] = RECORDED
    number = {"--url": shop.url("/start")}
    async with (
        nodes(tmp_path, ports, database, number=number) as (root, leaf),
        calling(root, ports, 400) as of_root,
        calling(leaf, ports, 620) as of_leaf,
    ):
        await asyncio.gather(*(has(each, "hall", 2, within_s=20) for each in (root, leaf)))
        await all_hear_all_others(*of_root, *of_leaf)
        room = await conference_of(root)
        await leaf.patch(f"calls/{of_leaf[0].call_id}", {"consent": "withdrawn"})
        await leaf.noted(of_leaf[0].call_id, "consent_withdrawn")
        await asyncio.sleep(SETTLED_S)
        of_leaf[0].ear.say(tone(WITHDREW_HZ, 2, dbov=-24), for_ever=True)
        await of_root[0].ear.hears_in_all(WITHDREW_HZ, seconds=1.5, within_s=10)
        await root.delete(f"conferences/{room}")
        sound = await recorded(root, room, tmp_path)
    assert hears(sound, 400, seconds=1)
    assert hears(sound, 620, seconds=1), "before the withdrawal"
    assert not hears(sound, WITHDREW_HZ)


async def test_one_participant_is_muted_and_sent_out_by_requests_to_any_node(
    pair: Sequence[Platform], ports: Ports
) -> None:
    root, leaf = pair
    async with calling(root, ports, 400) as (of_root,), calling(leaf, ports, 620, 860) as (first, second):
        await asyncio.gather(*(has(each, "hall", 3, within_s=10) for each in pair))
        room = await conference_of(root)

        await root.patch(f"conferences/{room}/participants/{first.call_id}", {"muted": True})
        await of_root.hears(second, never=[first])
        await leaf.patch(f"conferences/{room}/participants/{of_root.call_id}", {"hold": True})
        await second.hears(never=[first, of_root])
        await leaf.patch(f"conferences/{room}/participants/{of_root.call_id}", {"hold": False})

        await root.delete(f"conferences/{room}/participants/{first.call_id}")
        await asyncio.gather(*(has(each, "hall", 2, within_s=10) for each in pair))
        await second.hears(of_root)


async def test_a_room_made_on_a_node_that_nobody_calls_is_recorded_where_its_people_are(
    pair: Sequence[Platform], ports: Ports, tmp_path: Path
) -> None:
    made_on, called = pair
    await made_on.post("conferences", {"friendly_name": "hall", "record": True})
    async with calling(called, ports, 400, 620) as people:
        await has(made_on, "hall", 2, within_s=20)
        await all_hear_all_others(*people)
        room = await conference_of(made_on)
        await made_on.delete(f"conferences/{room}")
        for each in people:
            await each.far_end.gets("BYE")
        sound = await recorded(made_on, room, tmp_path)
    assert all(hears(sound, each.hz, seconds=1) for each in people)
