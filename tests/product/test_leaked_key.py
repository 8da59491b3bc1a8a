"""A leaked key's afternoon: every way to reach a premium number with a valid key is refused, and each is told.

A real node, and a real SIP phone as its trunk, which tells of each INVITE that reaches it.
"""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.peers.phone import PhonePeer, phone
from tests.peers.platform import NUMBER, Platform, platform
from tests.peers.ports import Ports
from tests.peers.sip_answerer import sip_answerer

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
        "the trunk's name": dialled(sip=f"sip:{PREMIUM}@localhost:{trunk_port}"),
        "a client": dialled(client=PREMIUM),
        "two at once": [
            {"verb": "dial", "timeout": 5, "to": [{"number": PREMIUM}, {"number": "+8816123456789"}]},
            GOODBYE,
        ],
        "REFER": [{"verb": "refer", "to": [{"sip": f"sip:{PREMIUM}@127.0.0.1:{trunk_port}"}]}, GOODBYE],
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
