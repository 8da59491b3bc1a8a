"""Accounts with a region: their calls, rooms and recordings are on nodes of that region alone, whichever is asked."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import select

from engine.model.node import Node
from engine.model.proxy_lists import nodes_list
from engine.store.database import Database
from engine.store.nodes import Nodes
from engine.store.tables.calls import calls
from engine.store.tables.conferences import conferences
from tests.peers.callers import Caller, calling, has
from tests.peers.customer import Customer
from tests.peers.nodes import nodes
from tests.peers.phone import PhonePeer, phone
from tests.peers.platform import ACCOUNT, NUMBER, Platform, as_json
from tests.peers.ports import Ports
from tests.peers.raw_caller import HOST, RawCaller, audio, raw_caller
from tests.peers.sip_balancer import INSIDE, KNOWN, SipBalancer, sip_balancer
from tests.peers.sip_message import SipMessage
from tests.peers.twilio_client import client_of, does
from tests.peers.waiting import eventually

pytestmark = [pytest.mark.sip, pytest.mark.postgres]

CALLEE: Final = "+3225550199"
BELGIAN: Final = "+3225550101"
"""The number of an account of the other region."""
TALKS: Final = "<Response><Say>Good morning.</Say><Pause length='120'/></Response>"
HALL: Final = "<Response><Dial><Conference beep='false' record='record-from-start'>hall</Conference></Dial></Response>"
IPV6: Final = "::1"
TWO: Final = {"be": "eu-be", "de": "eu-de"}
_ACCOUNTS: Final = ("accounts", "list", "--json")
THREE: Final = {**TWO, "de-2": "eu-de"}


@asynccontextmanager
async def regions(
    folder: Path,
    ports: Ports,
    shop: Customer,
    database: str,
    of: dict[str, str],
    *,
    behind_proxy: bool = False,
    over_ipv6: bool = False,
    trunk: bool = True,
) -> AsyncIterator[tuple[PhonePeer, Sequence[Platform]]]:
    """Nodes of these regions with a trunk to a phone, and two accounts: one of eu-de, and a Belgian one of eu-be."""
    own = {name: {"REGION": region} for name, region in of.items()}
    if behind_proxy:
        for number, name in enumerate(of, 1):
            own[name] |= {"SIP_HOST": f"127.0.2.{number}", "SIP_PROXIES": INSIDE}
            if over_ipv6:
                own[name] |= {"SIP_HOST": f"127.0.2.{number}, {IPV6}", "SIP_PROXIES": f"{INSIDE}, {IPV6}"}
    async with phone() as far_end:
        settings = {"TRUNK": f"sip:{HOST}:{far_end.port}"} if trunk else {}
        url = shop.url("/start")
        async with nodes(folder, ports, database, tuple(of), settings, number={"--url": url}, own=own) as running:
            await asyncio.to_thread(_give_regions, running[0], url)
            await eventually(
                lambda: list(running[0].states_of_nodes().values()) == ["serving"] * len(of),
                within_s=30,
                otherwise=lambda: str(running[0].states_of_nodes()),
            )
            await asyncio.sleep(1.5)  # each looks once a second who is there
            yield far_end, running


def _give_regions(node: Platform, url: str) -> None:
    node.telefoon("accounts", "region", ACCOUNT, "--set", "eu-de")
    node.telefoon("keys", "create", "--account", "belgian")
    node.telefoon("accounts", "region", "belgian", "--set", "eu-be")
    node.telefoon("numbers", "add", BELGIAN, "--account", "belgian", "--url", url)


@asynccontextmanager
async def balancer(
    folder: Path, ports: Ports, running: Sequence[Platform], *, over_ipv6: bool = False
) -> AsyncIterator[SipBalancer]:
    """Our Kamailio before these nodes, which callers reach over IPv4, and `over_ipv6` too where that is the subject."""
    inside, own = ports.one(), [("OUTSIDE6_IP", f"[{IPV6}]"), ("INSIDE6_IP", f"[{IPV6}]")] if over_ipv6 else []
    written = nodes_list(await _nodes_in(running[0]), inside_ipv6=f"[{IPV6}]:{inside}" if over_ipv6 else "")
    defines = ["WITH_IPV6"] if over_ipv6 else []
    sources = (*KNOWN, f"1 {IPV6} 128 0")
    async with sip_balancer(
        folder / "proxy", ports, written.splitlines(), sources=sources, defines=defines, inside=inside, values=own
    ) as proxy:
        yield proxy


async def _nodes_in(node: Platform) -> Sequence[Node]:
    """The nodes of its database."""
    opened = await Database.open(node.environment["TELEFOON_DATABASE_URL"])
    try:
        return await Nodes(opened).all()
    finally:
        await opened.close()


def files(node: Platform) -> list[Path]:
    """What is recorded on a node's disk."""
    return [each for each in (node.data / "recordings").rglob("*") if each.is_file()]


async def nodes_of(database: str) -> tuple[set[str], set[str]]:
    """The nodes of all calls and of all conferences that there were."""
    opened = await Database.open(database)
    try:
        of_calls = await opened.rows(select(calls.c.node))
        of_rooms = await opened.rows(select(conferences.c.node))
    finally:
        await opened.close()
    return {each["node"] for each in of_calls}, {each["node"] for each in of_rooms}


async def invited(port: int, called: str = NUMBER) -> SipMessage:
    """What somebody is answered who calls a number at a port of this machine."""
    async with raw_caller(port) as caller:
        caller.called = called
        answer = await caller.asks("INVITE", body=audio())
        if answer.code == 200:
            caller.remote_target = answer.header("contact").partition("<")[2].partition(">")[0]
            await caller.asks("BYE")
        return answer


async def test_what_is_asked_of_a_node_elsewhere_begins_and_is_recorded_in_the_region(
    tmp_path: Path, ports: Ports, shop: Customer, database: str
) -> None:
    async with regions(tmp_path, ports, shop, database, TWO) as (_, (be, de)):
        call_id = (await be.place(CALLEE, flow=TALKS, record=True))["id"]
        await be.noted(call_id, "recording_started")
        room = await be.post("conferences", {"friendly_name": "hall"})
        ids = {each["name"]: each["id"] for each in as_json(await asyncio.to_thread(be.telefoon, *_ACCOUNTS))}
        program = client_of(be.address, ids[ACCOUNT], be.key)
        by_program = await does(program.calls.create, to=CALLEE, from_=NUMBER, twiml=TALKS)
        await be.call_when(str(by_program.sid), "in-progress")
        await asyncio.sleep(1)
        on_disk = files(be), files(de)
        await be.delete(f"calls/{call_id}")
        recording, sound = await be.recording(tmp_path, call_id=call_id)
        of_calls, of_rooms = await nodes_of(database)

    assert room["friendly_name"] == "hall"
    assert (of_calls, of_rooms) == ({"de"}, {"de"})
    assert on_disk[0] == []
    assert on_disk[1] != []
    assert recording["status"] == "completed"
    assert sound.stat().st_size > 8000


async def test_where_no_node_of_the_region_takes_calls_both_are_told_when_to_try_again(
    tmp_path: Path, ports: Ports, shop: Customer, database: str
) -> None:
    async with regions(tmp_path, ports, shop, database, TWO) as (_, (be, _)):
        await asyncio.to_thread(be.telefoon, "nodes", "drain", "de")
        await eventually(
            lambda: be.states_of_nodes()["de"] == "draining", within_s=30, otherwise=lambda: str(be.states_of_nodes())
        )
        await asyncio.sleep(1.5)

        order = {"from": NUMBER, "to": CALLEE, "flow": TALKS}
        async with be.client.post("calls", json=order) as response:
            told = response.status, response.headers.get("Retry-After"), await response.json()
        refused = await invited(be.sip_port)
        of_calls, _ = await nodes_of(database)

    assert told[:2] == (503, "5"), told
    assert "eu-de" in told[2]["detail"]
    assert (refused.code, refused.header("retry-after")) == (503, "5")
    assert of_calls == set()
    assert "no node in its region" in be.log()


async def test_who_calls_a_node_of_another_region_is_sent_to_one_of_the_accounts_and_is_answered_there(
    tmp_path: Path, ports: Ports, shop: Customer, database: str
) -> None:
    shop.flows["/start"] = "<Response><Record maxLength='2' playBeep='false'/></Response>"
    async with regions(tmp_path, ports, shop, database, TWO) as (_, (be, de)):
        sent_on = await invited(be.sip_port)
        to_belgium = await invited(de.sip_port, BELGIAN)
        asked_before = len(shop.forms("/start"))
        answered = await invited(de.sip_port)
        of_calls, _ = await nodes_of(database)
        on_disk = files(be)

    assert (sent_on.code, sent_on.header("contact")) == (302, f"<sip:{NUMBER}@{HOST}:{de.sip_port}>")
    assert (to_belgium.code, to_belgium.header("contact")) == (302, f"<sip:{BELGIAN}@{HOST}:{be.sip_port}>")
    assert asked_before == 0, "nothing of a call begins where it is sent on"
    assert answered.code == 200
    assert of_calls == {"de"}
    assert on_disk == []


async def test_a_trunk_that_follows_no_redirection_is_refused_instead(
    tmp_path: Path, ports: Ports, shop: Customer, database: str
) -> None:
    async with regions(tmp_path, ports, shop, database, TWO, trunk=False) as (_, (be, _)):
        before = await invited(be.sip_port)
        unfollowed = ("--set", "follows_redirects=false")
        await asyncio.to_thread(be.telefoon, "trunks", "add", "carrier", "--host", HOST, *unfollowed)
        await asyncio.sleep(2.5)  # nodes look for new trunks
        refused = await invited(be.sip_port)
        of_calls, _ = await nodes_of(database)

    assert before.code == 302
    assert (refused.code, refused.header("retry-after")) == (503, "5")
    assert of_calls == set()


async def test_the_proxy_goes_on_by_itself_to_a_node_of_the_region(
    tmp_path: Path, ports: Ports, shop: Customer, database: str
) -> None:
    shop.flows["/start"] = TALKS
    async with (
        regions(tmp_path, ports, shop, database, TWO, behind_proxy=True) as (_, (be, de)),
        balancer(tmp_path, ports, (be, de)) as proxy,
        AsyncExitStack() as stack,
    ):
        callers = [await stack.enter_async_context(talking(proxy)) for _ in range(4)]
        belgian = await stack.enter_async_context(talking(proxy, BELGIAN))
        for each in (*callers, belgian):
            assert (await each.asks("BYE")).code == 200
        of_calls, _ = await nodes_of(database)

    assert ["127.0.2.2" in each.remote_target for each in callers] == [True] * 4
    assert "127.0.2.1" in belgian.remote_target
    assert not [each for each in callers if any(answer.code == 302 for answer in each.seen)]
    assert of_calls == {"be", "de"}
    assert "inbound_sent_on" in be.log() + de.log()
    assert "cannot find load" not in proxy.log


async def test_a_call_over_ipv6_goes_on_to_a_node_of_the_region_over_ipv6(
    tmp_path: Path, ports: Ports, shop: Customer, database: str
) -> None:
    shop.flows["/start"] = TALKS
    async with (
        regions(tmp_path, ports, shop, database, TWO, behind_proxy=True, over_ipv6=True) as (_, (be, de)),
        balancer(tmp_path, ports, (be, de), over_ipv6=True) as proxy,
        AsyncExitStack() as stack,
    ):
        for _ in range(3):
            dialled = f"sip:{NUMBER}@[{IPV6}]:{proxy.port}"
            caller = await stack.enter_async_context(phone("--host", IPV6, "--dial", dialled))
            await caller.tells("answered", within_s=20)
        of_calls, _ = await nodes_of(database)

    assert of_calls == {"de"}
    assert "inbound_sent_on" in be.log()


@asynccontextmanager
async def talking(proxy: SipBalancer, called: str = NUMBER) -> AsyncIterator[RawCaller]:
    """Somebody whose call through the proxy is answered."""
    async with raw_caller(proxy.port) as caller:
        caller.routed = caller.repeats_acks = True
        caller.called = called
        answer = await caller.asks("INVITE", body=audio())
        assert answer.code == 200, (answer, proxy.log[-3000:])
        yield caller


async def test_a_room_has_its_root_its_leaves_and_its_recording_in_the_region(
    tmp_path: Path, ports: Ports, shop: Customer, database: str
) -> None:
    shop.flows["/start"] = HALL
    async with regions(tmp_path, ports, shop, database, THREE) as (_, (be, de, other)):
        assert (await invited(be.sip_port)).code == 302
        async with calling(de, ports, 400) as of_root, calling(other, ports, 620) as of_leaf:
            people: list[Caller] = [*of_root, *of_leaf]
            await has(be, "hall", 2, within_s=20)
            for each in people:
                await each.hears(*(someone for someone in people if someone is not each))
            (room,) = (await be.get("conferences", friendly_name="hall", status="in-progress"))["conferences"]
            await asyncio.sleep(1)
            on_disk = [files(each) for each in (be, de, other)]
            await be.delete(f"conferences/{room['id']}")
        of_calls, of_rooms = await nodes_of(database)

    assert (of_calls, of_rooms) == ({"de", "de-2"}, {"de"})
    assert [bool(each) for each in on_disk] == [False, True, False]
