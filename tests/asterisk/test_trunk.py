"""Outbound and inbound through Asterisk: plain, with digest and registration, and over TLS with SRTP."""

from pathlib import Path

import pytest

from tests.peers.asterisk import Asterisk
from tests.peers.audio import Sound, contains, hears
from tests.peers.consent import ASKS_NOBODY
from tests.peers.customer import Customer
from tests.peers.platform import NUMBER, platform
from tests.peers.ports import Ports

PROMPT = "Please wait for the keys that this telephone sends."
FLOW = (
    f'<Response><Say language="en-GB">{PROMPT}</Say><Gather finishOnKey="#" timeout="6"/><Pause length="1"/></Response>'
)
GATHER = '<Response><Gather numDigits="2" timeout="10" action="/keys"/></Response>'

REGISTERED = {"plain": "no registration", "subscribed": "200", "secured": "200"}
ENDPOINTS = [("plain", "telefoon"), ("subscribed", "subscriber"), ("secured", "secure")]


@pytest.mark.slow
@pytest.mark.parametrize("trunk", REGISTERED)
async def test_a_call_out_is_heard_and_hears_a_tone_and_keys(
    tmp_path: Path, ports: Ports, network: Asterisk, request: pytest.FixtureRequest, trunk: str
) -> None:
    settings: dict[str, str] = request.getfixturevalue(trunk)
    spoken = tmp_path / "spoken.wav"
    async with platform(tmp_path, ports, settings) as telefoon:
        await telefoon.check_when("trunk", REGISTERED[trunk])
        telefoon.telefoon("say", PROMPT, "--language", "en-GB", "-o", str(spoken))
        placed = await telefoon.place("+32255511700", flow=FLOW, record=True, consent=ASKS_NOBODY)

        call = await telefoon.ended_call(placed["id"], within_s=40)

        keys = [each["facts"]["digit"] for each in await telefoon.events(call["id"]) if each["kind"] == "digit"]
        _, wav = await telefoon.recording(tmp_path, call_id=call["id"])
    assert (call["status"], keys) == ("completed", ["1", "5", "9", "#"])
    assert hears(Sound.of_file(wav, 1), 700, seconds=0.8)
    assert contains(await network.heard("700"), Sound.of_file(spoken)).score > 0.7


@pytest.mark.parametrize(("trunk", "endpoint"), ENDPOINTS)
async def test_a_call_in_reaches_the_numbers_flow_and_its_keys_are_gathered(
    tmp_path: Path, ports: Ports, network: Asterisk, shop: Customer, request: pytest.FixtureRequest, trunk: str,
    endpoint: str,
) -> None:  # fmt: skip
    settings: dict[str, str] = request.getfixturevalue(trunk)
    shop.flows |= {"/start": GATHER, "/keys": "<Response><Hangup/></Response>"}
    async with platform(tmp_path, ports, settings, number={"--url": shop.url("/start")}) as telefoon:
        await telefoon.check_when("trunk", REGISTERED[trunk])

        await network.originate(endpoint, NUMBER, "500@keys")

        keys = await shop.is_asked("/keys")
        call = await telefoon.ended_call((await telefoon.newest_call(direction="inbound"))["id"])
    assert (keys[0]["Digits"], keys[0]["From"]) == ("73", "+3225559000")
    assert (call["status"], call["to"]) == ("completed", NUMBER)


@pytest.mark.parametrize(("number", "status", "code"), [("+3225552001", "busy", 486), ("+3225552003", "failed", 403)])
async def test_what_asterisk_refuses_is_explained(
    tmp_path: Path, ports: Ports, plain: dict[str, str], number: str, status: str, code: int
) -> None:
    async with platform(tmp_path, ports, plain) as telefoon:
        call = await telefoon.ended_call((await telefoon.place(number))["id"])

    assert (call["status"], call["sip_code"]) == (status, code)


async def test_a_phone_that_rings_on_is_cancelled(tmp_path: Path, ports: Ports, plain: dict[str, str]) -> None:
    async with platform(tmp_path, ports, plain) as telefoon:
        call = await telefoon.ended_call((await telefoon.place("+3225552002", timeout=2))["id"])

    assert call["status"] == "no-answer"
