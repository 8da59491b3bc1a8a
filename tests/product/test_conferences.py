"""Conferences as a caller and a customer's server meet them."""

import asyncio
import socket
from pathlib import Path

import pytest

from tests.peers.audio import Sound, hears, tone
from tests.peers.customer import Customer
from tests.peers.phone import phone
from tests.peers.platform import ACCOUNT, NUMBER, Platform, platform
from tests.peers.ports import Ports
from tests.peers.scenario import acks, asks, calls, pause, receives, scenario, sdp
from tests.peers.sipp import sipp

pytestmark = pytest.mark.sip

COACHES = "+3225550101"
STORM = 200


async def count(telefoon: Platform, name: str) -> int | None:
    """How many are in the conference of this name; None once it is over."""
    found = (await telefoon.get("conferences", friendly_name=name, status="in-progress"))["conferences"]
    return found[0]["participant_count"] if found else None


async def has(telefoon: Platform, name: str, wanted: int | None, *, within_s: float) -> None:
    """Wait until so many are in it."""
    now: int | None = None
    try:
        async with asyncio.timeout(within_s):
            while (now := await count(telefoon, name)) != wanted:
                await asyncio.sleep(0.2)
    except TimeoutError:
        raise AssertionError(f"{now} are in it, not {wanted}, after {within_s:g} s") from None


async def test_a_coach_is_heard_by_the_agent_and_not_by_the_customer(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    tones = {"agent": 400, "customer": 700, "coach": 1000}
    files = {who: tone(hz, 40, dbov=-18).save(tmp_path / f"{who}.wav") for who, hz in tones.items()}
    told = f'statusCallback="{shop.url("/told")}" statusCallbackEvent="join"'
    shop.flows["/start"] = f'<Response><Dial><Conference beep="false" {told}>desk</Conference></Dial></Response>'

    def dialling(telefoon: Platform, number: str, who: str) -> list[str]:
        target = f"sip:{number}@127.0.0.1:{telefoon.sip_port}"
        heard = str(tmp_path / f"heard-by-{who}.wav")
        return ["--dial", target, "--play", str(files[who]), "--record", heard]

    async with platform(tmp_path, ports, number={"--url": shop.url("/start")}) as telefoon:
        telefoon.telefoon("numbers", "add", COACHES, "--account", ACCOUNT, "--url", shop.url("/coach"))
        async with phone(*dialling(telefoon, NUMBER, "agent")):
            agent = await telefoon.newest_call()
            await telefoon.noted(agent["id"], "conference_joined")
            shop.flows["/coach"] = (
                f'<Response><Dial><Conference beep="false" coach="{agent["id"]}">desk</Conference></Dial></Response>'
            )
            async with (
                phone(*dialling(telefoon, NUMBER, "customer")),
                phone(*dialling(telefoon, COACHES, "coach")),
            ):
                joined = await shop.is_asked("/told", times=3)
                await asyncio.sleep(3)

    heard = {who: Sound.of_file(tmp_path / f"heard-by-{who}.wav") for who in tones}
    whom = {
        who: {other for other, hz in tones.items() if hears(sound, hz, seconds=1.5)} for who, sound in heard.items()
    }
    assert whom == {"agent": {"customer", "coach"}, "customer": {"agent"}, "coach": {"agent", "customer"}}
    coaching = {form.get("CallSidToCoach") for form in joined if form["Coaching"] == "true"}
    assert coaching == {agent["id"]}


async def test_two_hundred_come_and_go_at_once_and_are_counted_right(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/start"] = (
        '<Response><Dial><Conference beep="false" maxParticipants="250">hall</Conference></Dial></Response>'
    )
    media = ports.block(3 * STORM)
    settings = {"RTP_PORTS": f"{media}-{media + 3 * STORM - 1}", "CODECS": "PCMA"}
    stays = scenario(
        calls(sdp()), receives(100, optional=True), receives(180, optional=True), receives(200, keeps_route=True),
        acks(), pause(12), asks("BYE", 2), receives(200),
    )  # fmt: skip
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as unread:
        unread.bind(("127.0.0.1", 0))
        keys = {"ear": unread.getsockname()[1]}
        async with (
            platform(tmp_path, ports, settings, number={"--url": shop.url("/start")}) as telefoon,
            sipp(stays, ports, target=telefoon.sip_port, keys=keys, calls=STORM, per_second=40) as crowd,
        ):
            await has(telefoon, "hall", STORM, within_s=20)

            await crowd.finishes(within_s=60)

            await has(telefoon, "hall", None, within_s=20)
            conference = (await telefoon.get("conferences", friendly_name="hall"))["conferences"][0]
            listed = await telefoon.get("calls", status="completed", page_size="1")

    assert (conference["status"], conference["participant_count"]) == ("completed", 0)
    assert listed["total"] == STORM
