"""A leaked key's afternoon: every way to reach a premium number with a valid key is refused, and each is told.

A real node, and a real SIP phone as its trunk, which tells of each INVITE that reaches it.
"""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.peers.customer import Customer
from tests.peers.phone import PhonePeer, phone
from tests.peers.platform import NUMBER, Platform, platform
from tests.peers.ports import Ports
from tests.peers.scenario import acks, asks, calls, gets_bye, pause, receives, scenario, sdp
from tests.peers.sip_answerer import sip_answerer
from tests.peers.sipp import sipp

pytestmark = pytest.mark.sip

PREMIUM = "+3290212345"
ALLOWED = "+32470123456"
OTHER = "+32471234556"
TAKEN_UP_S = 2.0
RULE = "urn:telefoon:rule:number-type"
GOODBYE = {"verb": "hangup"}

Json = dict[str, Any]


def dialled(**to: str) -> list[Json]:
    return [{"verb": "dial", "timeout": 5, "to": [to]}, GOODBYE]


def in_flows(trunk_port: int) -> dict[str, list[Json]]:
    """Flows that would reach it, by the way that they take."""
    return {
        "a number": dialled(number=PREMIUM),
        "a satellite telephone": dialled(number="+8821612345678"),
        "no number of any plan": dialled(number="+37112345678"),
        "another continent": dialled(number="+12125550123"),
        "a SIP address at the trunk": dialled(sip=f"sip:{PREMIUM}@127.0.0.1:{trunk_port}"),
        "the same, escaped": dialled(sip=f"sip:%2B{PREMIUM[1:]}@127.0.0.1:{trunk_port}"),
        "the same, with 00": dialled(sip=f"sip:00{PREMIUM[1:]}@127.0.0.1:{trunk_port};user=phone"),
        "the same, escaped twice": dialled(sip=f"sip:%252B{PREMIUM[1:]}@127.0.0.1:{trunk_port}"),
        "the same, by its digits' codes": dialled(sip=f"sip:{escaped(PREMIUM)}@127.0.0.1:{trunk_port}"),
        "the same, with separators": dialled(sip=f"sip:+32-902.12.345@127.0.0.1:{trunk_port}"),
        "the same, as at home": dialled(sip=f"sip:090212345;phone-context=+32@127.0.0.1:{trunk_port};user=phone"),
        "the same, with a password": dialled(sip=f"sip:{PREMIUM}:x@127.0.0.1:{trunk_port}"),
        "the same, with something behind": dialled(sip=f"sip:{PREMIUM}%3Bx=1@127.0.0.1:{trunk_port}"),
        "the same, behind a service code": dialled(sip=f"sip:*31*{PREMIUM}@127.0.0.1:{trunk_port}"),
        "the trunk's name": dialled(sip=f"sip:{PREMIUM}@localhost:{trunk_port}"),
        "a client": dialled(client=PREMIUM),
        "two at once": [
            {"verb": "dial", "timeout": 5, "to": [{"number": PREMIUM}, {"number": "+8816123456789"}]},
            GOODBYE,
        ],
        "REFER": [{"verb": "refer", "to": [{"sip": f"sip:{PREMIUM}@127.0.0.1:{trunk_port}"}]}, GOODBYE],
    }


def escaped(number: str) -> str:
    return "".join(f"%{ord(each):02X}" for each in number)


def by_rest(trunk_port: int) -> dict[str, str]:
    """How a client may write it; what is no number that may be asked for is refused before any policy (422)."""
    return {
        "E.164": PREMIUM,
        "with 00": f"00{PREMIUM[1:]}",
        "without a plus": PREMIUM[1:],
        "as at home": "090212345",
        "with blanks": "+32 902 12 345",
        "tel": f"tel:{PREMIUM}",
        "escaped": f"%2B{PREMIUM[1:]}",
        "a SIP address": f"sip:{PREMIUM}@127.0.0.1:{trunk_port}",
        "of a telephone": f"sip:{PREMIUM}@127.0.0.1:{trunk_port};user=phone",
        "SIPS": f"sips:{PREMIUM}@127.0.0.1:{trunk_port}",
        "in capitals": f"SIP:{PREMIUM}@127.0.0.1:{trunk_port}",
    }


async def refused_events(telefoon: Platform, call_id: str) -> list[str]:
    found = (await telefoon.get(f"calls/{call_id}/events", type="policy_refused"))["events"]
    return [event["facts"]["rule"] for event in found]


async def answered(telefoon: Platform, flow: list[Json]) -> str:
    call = await telefoon.place(ALLOWED, flow=flow)
    return str((await telefoon.call_when(call["id"], "in-progress", "completed"))["id"])


def reached(trunk: PhonePeer) -> list[str]:
    """The numbers of all INVITEs that the trunk was sent."""
    return [str(event["to"]) for event in trunk.told if event["event"] == "ringing"]


async def test_no_way_leads_to_a_premium_number_and_each_is_told(tmp_path: Path, ports: Ports) -> None:
    async with phone() as trunk:
        at = f"127.0.0.1:{trunk.port}"
        settings = {"TRUNK": f"sip:{at}", "REGISTRAR": f"sip:{at}"}
        async with platform(tmp_path, ports, settings) as telefoon:
            status, problem = await telefoon.refuses("calls", {"from": NUMBER, "to": PREMIUM})
            assert (status, problem["type"]) == (403, RULE)
            [kept] = (await telefoon.get("calls", to=PREMIUM))["calls"]
            assert kept["status"] == "failed"
            assert await refused_events(telefoon, kept["id"]) == ["number-type"]

            room = await telefoon.post("conferences", {"friendly_name": "room"})
            status, problem = await telefoon.refuses(
                f"conferences/{room['id']}/participants", {"from": NUMBER, "to": PREMIUM}
            )
            assert (status, problem["type"]) == (403, RULE)

            for way, flow in in_flows(trunk.port).items():
                call_id = await answered(telefoon, flow)
                await telefoon.ended_call(call_id)
                assert await refused_events(telefoon, call_id), way

            live = await answered(telefoon, [{"verb": "pause", "length": 60}])
            for mode in ("blind", "attended"):
                for to in (PREMIUM, f"sip:{PREMIUM}@{at}"):
                    status, problem = await telefoon.patch(f"calls/{live}", {"transfer": {"to": to, "mode": mode}})
                    assert (status, problem["type"]) == (403, RULE), (mode, to)
            assert len(await refused_events(telefoon, live)) == 4
            status, _ = await telefoon.patch(f"calls/{live}", {"flow": dialled(number=PREMIUM)})
            assert status == 200
            await telefoon.ended_call(live)
            assert len(await refused_events(telefoon, live)) == 5

    assert reached(trunk)
    assert all(ALLOWED[1:] in each for each in reached(trunk)), reached(trunk)
    assert not any(PREMIUM[1:] in each for each in reached(trunk))


async def test_no_spelling_and_no_caller_leads_there_by_rest_at_once_queued_or_into_a_room(
    tmp_path: Path, ports: Ports
) -> None:
    async with phone() as trunk:
        settings = {"TRUNK": f"sip:127.0.0.1:{trunk.port}"}
        async with platform(tmp_path, ports, settings) as telefoon:
            room = await telefoon.post("conferences", {"friendly_name": "room"})
            refused = Counter[int]()
            paths = ("calls", f"conferences/{room['id']}/participants")
            for is_paced in (False, True):
                if is_paced:
                    pace = ("--calls-per-s", "10")
                    await asyncio.to_thread(telefoon.telefoon, "accounts", "pace", "demo", *pace)
                for way, to in by_rest(trunk.port).items():
                    for path in paths:
                        for caller in (NUMBER, OTHER):
                            status, problem = await telefoon.refuses(path, {"from": caller, "to": to})
                            assert status in (403, 422), (way, path, problem)
                            refused[status] += 1
                            is_told = (
                                status == 422 or problem["type"] == RULE or "not a number of this" in problem["detail"]
                            )
                            assert is_told, (way, path, problem)

            found = (await telefoon.get("calls", status="failed", page_size="100"))["calls"]
            assert {each["from"] for each in found} == {NUMBER}
            for each in found:
                assert await refused_events(telefoon, each["id"]) == ["number-type"], each
            assert not (await telefoon.get("calls", status="queued"))["calls"]
            lines = [line for line in telefoon.log().splitlines() if "request_refused" in line]
            assert {status: sum(f"status={status}" in line for line in lines) for status in refused} == refused
            assert all("key=SK" in line for line in lines)
            assert not any(PREMIUM[1:] in line for line in lines)
    assert reached(trunk) == []


async def test_no_document_that_a_customers_server_gives_leads_there(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/evil"] = (
        f'<Response><Dial timeout="5"><Number>{PREMIUM}</Number><Number>+8816123456789</Number></Dial>'
        f"<Redirect>/worse</Redirect></Response>"
    )
    async with phone() as trunk:
        at = f"127.0.0.1:{trunk.port}"
        shop.flows["/worse"] = f"<Response><Dial><Sip>sip:{PREMIUM}@{at}</Sip></Dial><Hangup/></Response>"
        shop.flows["/start"] = '<Response><Pause length="60"/></Response>'
        settings = {"TRUNK": f"sip:{at}"}
        async with platform(tmp_path, ports, settings, number={"--url": shop.url("/evil")}) as telefoon:
            dialling = ("--dial", f"sip:{NUMBER}@127.0.0.1:{telefoon.sip_port}", "--from", OTHER)
            async with phone(*dialling) as caller:
                await caller.tells("hung_up", within_s=30)
            came_in = await telefoon.newest_call(direction="inbound")
            assert await refused_events(telefoon, came_in["id"]) == ["number-type"] * 3

            live = await telefoon.place(ALLOWED, url=shop.url("/start"))
            await telefoon.call_when(live["id"], "in-progress")
            status, _ = await telefoon.patch(f"calls/{live['id']}", {"url": shop.url("/evil")})
            assert status == 200
            await telefoon.ended_call(live["id"])
            assert await refused_events(telefoon, live["id"]) == ["number-type"] * 3
    assert {ALLOWED[1:] in each for each in reached(trunk)} == {True}


async def test_a_far_end_that_asks_to_be_transferred_there_is_not(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    async with phone() as trunk:
        at = f"127.0.0.1:{trunk.port}"
        shop.flows["/start"] = f'<Response><Dial referUrl="/refer">{ALLOWED}</Dial></Response>'
        shop.flows["/refer"] = f"<Response><Dial><Sip>sip:{PREMIUM}@{at}</Sip></Dial><Hangup/></Response>"
        script = scenario(
            calls(sdp(port="9")), receives(100, optional=True), receives(180, optional=True), receives(200), acks(),
            pause(6), asks("REFER", 2, headers=(f"Refer-To: <sip:{PREMIUM}@{at}>",)), receives(603), gets_bye(),
        )  # fmt: skip
        async with (
            platform(tmp_path, ports, {"TRUNK": f"sip:{at}"}, number={"--url": shop.url("/start")}) as telefoon,
            sipp(script, ports, target=telefoon.sip_port),
        ):
            assert (await shop.is_asked("/refer"))[0]["ReferTransferTarget"].strip("<>") == f"sip:{PREMIUM}@{at}"
            came_in = await telefoon.newest_call(direction="inbound")
            await telefoon.ended_call(came_in["id"])
            assert await refused_events(telefoon, came_in["id"]) == ["number-type"]
    assert {ALLOWED[1:] in each for each in reached(trunk)} == {True}


async def test_a_carrier_sends_a_call_on_to_no_premium_number(tmp_path: Path, ports: Ports) -> None:
    sent_on: list[str] = [PREMIUM]

    def sends_on(request: str) -> str:
        if not request.startswith("INVITE"):
            return ""
        if ALLOWED not in request.partition("\r\n")[0]:
            return "486 Busy Here"
        return f"302 Moved Temporarily\nContact: <sip:{sent_on[-1]}@127.0.0.1:{carrier.port}>"

    async with sip_answerer(sends_on) as carrier, platform(tmp_path, ports) as telefoon:
        host = f"127.0.0.1:{carrier.port}"
        await asyncio.to_thread(telefoon.telefoon, "trunks", "add", "carrier", "--host", host, "--set", "redirects=yes")
        await asyncio.sleep(TAKEN_UP_S)

        call = await telefoon.ended_call((await telefoon.place(ALLOWED))["id"])
        assert (call["status"], call["sip_code"]) == ("failed", 302)
        assert await refused_events(telefoon, call["id"]) == ["number-type"]
        assert not any(PREMIUM in each.partition("\r\n")[0] for each in carrier.requests)

        sent_on.append(OTHER)
        call = await telefoon.ended_call((await telefoon.place(ALLOWED))["id"])
        assert (call["status"], call["sip_code"]) == ("busy", 486)
        assert any(OTHER in each.partition("\r\n")[0] for each in carrier.requests)
