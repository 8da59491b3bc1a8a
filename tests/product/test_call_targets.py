"""Whom a call goes to, as an order writes it: real far ends are dialled, and tell what they were sent."""

import asyncio
import hashlib
import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import pytest

from tests.peers.customer import Customer
from tests.peers.ear import RtpEar
from tests.peers.phone import phone
from tests.peers.platform import NUMBER, Json, Platform, platform
from tests.peers.ports import Ports
from tests.peers.scenario import answers, gets_bye, is_called, receives, scenario
from tests.peers.sip_answerer import sip_answerer
from tests.peers.sip_message import SipMessage
from tests.peers.sipp import sipp

pytestmark = pytest.mark.sip

USER: Final = "shop"
PASSWORD: Final = "correct-horse-battery"
CHALLENGE: Final = 'WWW-Authenticate: Digest realm="pbx", nonce="4711", algorithm=MD5'
ASKS_WHO_CALLS: Final = scenario(
    receives("INVITE"),
    answers(401, "Unauthorized", headers=(CHALLENGE,), to_tag=True),
    receives("ACK"),
    is_called(),
    gets_bye(),
)
OF_THE_ORDER: Final = {"sip_username": USER, "sip_password": PASSWORD, "sip_headers": {"X-Site": "Ghent"}}

Place = Callable[[Platform, str, Path], Awaitable[Json]]


@pytest.mark.parametrize("written", ["0470 12 34 56", "0032 (0)470/12.34.56", "tel:+32-470-12-34-56"])
async def test_a_number_as_people_write_it_is_dialled_in_full(tmp_path: Path, ports: Ports, written: str) -> None:
    async with (
        sip_answerer(lambda _: "486 Busy Here") as carrier,
        platform(tmp_path, ports, {"TRUNK": f"sip:127.0.0.1:{carrier.port}"}) as telefoon,
    ):
        placed = await telefoon.place(written)
        await telefoon.ended_call(placed["id"])

    assert placed["to"] == "+32470123456"
    assert any(each.startswith("INVITE sip:+32470123456@127.0.0.1") for each in carrier.requests)


async def by_rest(telefoon: Platform, to: str, folder: Path) -> Json:
    return await telefoon.place(to, **OF_THE_ORDER)


async def by_command(telefoon: Platform, to: str, folder: Path) -> Json:
    file = folder / "password"
    file.write_text(PASSWORD)
    user = ("--sip-username", USER, "--sip-password-file", str(file), "--sip-header", "X-Site=Ghent")
    told = await asyncio.to_thread(
        telefoon.telefoon, "call", to, "--from", NUMBER, *user, "--key", telefoon.key, "--json"
    )
    file.unlink()
    call: Json = json.loads(told)
    return call


async def into_a_conference(telefoon: Platform, to: str, folder: Path) -> Json:
    room = await telefoon.post("conferences", {"friendly_name": "board"})
    return await telefoon.post(f"conferences/{room['id']}/participants", {"from": NUMBER, "to": to, **OF_THE_ORDER})


def proves(invite: SipMessage, user: str, password: str) -> bool:
    """Whether its digest is that of the password, worked out from RFC 2617 §3.2.2."""
    told = dict(re.findall(r'(\w+)="?([^",]+)"?', invite.header("Authorization")))

    def digest(*parts: str) -> str:
        return hashlib.md5(":".join(parts).encode()).hexdigest()

    ours = digest(digest(user, "pbx", password), "4711", digest("INVITE", told["uri"]))
    return (told["username"], told["response"]) == (user, ours)


@pytest.mark.parametrize("place", [by_rest, by_command, into_a_conference])
async def test_a_far_end_that_asks_who_calls_is_told_and_gets_the_headers(
    tmp_path: Path, ports: Ports, place: Place
) -> None:
    with RtpEar() as ear:
        async with (
            sipp(ASKS_WHO_CALLS, ports, keys={"ear": ear.port}) as far_end,
            platform(tmp_path, ports) as telefoon,
        ):
            address = f"sip:desk@127.0.0.1:{far_end.port}"
            placed = await place(telefoon, f"{address}?X-Order=7", tmp_path)
            await telefoon.call_when(placed["id"], "in-progress")
            await telefoon.delete(f"calls/{placed['id']}")
            call = await telefoon.ended_call(placed["id"])
            await far_end.finishes()
            invites = far_end.received("INVITE")

    assert [(each.header("X-Order"), each.header("X-Site")) for each in invites] == [("7", "Ghent")] * 2
    assert proves(invites[1], USER, PASSWORD)
    assert (call["to"], call["status"], call["sip_username"]) == (address, "completed", USER)
    assert call["sip_headers"] == {"X-Order": "7", "X-Site": "Ghent"}
    assert PASSWORD not in str((placed, call))
    assert [file for file in tmp_path.rglob("*") if file.is_file() and PASSWORD.encode() in file.read_bytes()] == []


async def test_a_dial_answers_a_challenge_with_the_same(tmp_path: Path, ports: Ports) -> None:
    with RtpEar() as ear:
        async with (
            phone() as caller,
            sipp(ASKS_WHO_CALLS, ports, keys={"ear": ear.port}) as far_end,
            platform(tmp_path, ports, {"TRUNK": f"sip:127.0.0.1:{caller.port}"}) as telefoon,
        ):
            sip = f'<Sip username="{USER}" password="{PASSWORD}">sip:desk@127.0.0.1:{far_end.port}?X-Order=7</Sip>'
            await telefoon.place("+3225550199", flow=f'<Response><Dial timeLimit="1">{sip}</Dial></Response>')
            await far_end.finishes()
            invites = far_end.received("INVITE")

    assert [each.header("X-Order") for each in invites] == ["7", "7"]
    assert proves(invites[1], USER, PASSWORD)


async def test_a_client_is_called_at_the_registrar_with_its_parameters(tmp_path: Path, ports: Ports) -> None:
    log = tmp_path / "sip.log"
    async with (
        phone("--sip-log", str(log), "--hang-up-after", "1") as registrar,
        platform(tmp_path, ports, {"REGISTRAR": f"sip:127.0.0.1:{registrar.port}"}) as telefoon,
    ):
        placed = await telefoon.place("client:alice?tier=gold", sip_headers={"X-Site": "Ghent"})
        call = await telefoon.ended_call(placed["id"])

    invite = log.read_text()
    assert (call["to"], call["status"]) == ("client:alice", "completed")
    assert f"INVITE sip:alice@127.0.0.1:{registrar.port}" in invite
    assert "X-Param-tier: gold" in invite
    assert "X-Site: Ghent" in invite


async def test_without_a_registrar_a_client_is_refused_with_what_to_set(tmp_path: Path, ports: Ports) -> None:
    async with platform(tmp_path, ports) as telefoon:
        status, problem = await telefoon.refuses("calls", {"to": "client:alice", "from": NUMBER})

    assert status == 422
    [error] = problem["errors"]
    assert error["field"] == "to"
    assert "TELEFOON_REGISTRAR" in error["detail"]


@pytest.mark.parametrize(("allowed", "arrives"), [("192.0.2.0/24,127.0.0.0/8", True), ("192.0.2.0/24", False)])
async def test_an_address_leads_by_its_maddr_only_where_calls_may_go(
    tmp_path: Path, ports: Ports, allowed: str, arrives: bool
) -> None:
    async with (
        sip_answerer(lambda _: "486 Busy Here") as inside,
        platform(tmp_path, ports, {"EGRESS_ALLOW": allowed}) as telefoon,
    ):
        order = {"to": f"sip:a@192.0.2.1:{inside.port};maddr=127.0.0.1", "from": NUMBER}
        async with telefoon.client.post("calls", json=order) as response:
            status, answer = response.status, await response.json()
        if arrives:
            await telefoon.ended_call(answer["id"])

    assert status == (201 if arrives else 422)
    assert any(each.startswith("INVITE") for each in inside.requests) is arrives


DIALS_NOBODY: Final = {
    "application/xml": "<Response><Dial action='/done'>0470</Dial></Response>",
    "application/json": '[{"verb": "dial", "to": [{"number": "0470"}, {"sip": "nobody"}], "action": "/done"}]',
}
HANGS_UP: Final = {"application/xml": "<Response><Hangup/></Response>", "application/json": '[{"verb": "hangup"}]'}


@pytest.mark.parametrize("spelling", DIALS_NOBODY)
async def test_a_dial_that_can_call_nobody_fails_and_its_action_goes_on(
    tmp_path: Path, ports: Ports, shop: Customer, spelling: str
) -> None:
    shop.headers["Content-Type"] = spelling
    shop.flows.update({"/start": DIALS_NOBODY[spelling], "/done": HANGS_UP[spelling]})
    async with (
        phone() as far_end,
        platform(tmp_path, ports, {"TRUNK": f"sip:127.0.0.1:{far_end.port}"}) as telefoon,
    ):
        placed = await telefoon.place("+3225550199", url=shop.url("/start"), flow_reading="lenient")
        call = await telefoon.ended_call(placed["id"])
        failed = [each for each in await telefoon.events(call["id"]) if each["kind"] == "dial_failed"]

    [told] = shop.forms("/done")
    assert (told["DialCallStatus"], told["DialBridged"]) == ("failed", "false")
    [attempt] = [each for each in call["explanation"] if each["via"] == "dial"]
    assert "'0470'" in attempt["said"]
    assert len(failed) == 1
