"""What a customer's server sees of a call, and what the platform tells of it afterwards."""

import asyncio
import json
from pathlib import Path

import pytest
from twilio.request_validator import RequestValidator

from engine.privacy.masking import masked
from tests.peers.audio import Sound, hears, tone
from tests.peers.customer import Asked, Customer
from tests.peers.phone import phone
from tests.peers.platform import ACCOUNT, NUMBER, Platform, platform
from tests.peers.ports import Ports

pytestmark = pytest.mark.sip


def genuine(asked: Asked, secret: str) -> bool:
    """As the field's usual package sees it."""
    sent: dict[str, str] | str = {}
    if asked.method == "POST":
        sent = asked.body if asked.headers["Content-Type"] == "application/json" else asked.form
    valid: bool = RequestValidator(secret).validate(asked.url, sent, asked.headers["X-Twilio-Signature"])
    return valid


def dialling(telefoon: Platform) -> list[str]:
    return ["--dial", f"sip:{NUMBER}@127.0.0.1:{telefoon.sip_port}", "--from", "+3225550177"]


async def test_every_request_is_signed_has_the_calls_cookies_and_is_told_of(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/tone.wav"] = tone(700, 0.2).save(tmp_path / "tone.wav").read_bytes()
    shop.flows["/start"] = "<Response><Redirect>/next#rc=1&amp;rp=5xx</Redirect></Response>"
    following = "<Response><Play>/tone.wav</Play><Play>/tone.wav</Play><Hangup/></Response>"
    shop.flows["/next"] = following
    shop.headers.update({"Set-Cookie": "session=s1", "Cache-Control": "max-age=60"})
    number = {"--url": shop.url("/start"), "--method": "GET", "--webhook-format": "json"}
    async with (
        platform(tmp_path, ports, number=number) as telefoon,
        phone(*dialling(telefoon)) as caller,
    ):
        secret = telefoon.telefoon("accounts", "secret", ACCOUNT).split()[-1]
        await caller.tells("hung_up", within_s=30)
        call = await telefoon.ended_call((await telefoon.newest_call())["id"])
        event = await telefoon.noted(call["id"], "webhook")
        listed = json.loads(telefoon.telefoon("webhooks", "list", call["id"], "--json"))
        told = (await telefoon.get(f"calls/{call['id']}/webhooks"))["webhooks"]
        replayed = await asyncio.to_thread(telefoon.telefoon, "webhooks", "replay", listed[1]["id"])

    assert [(asked.method, asked.path) for asked in shop.asked] == [
        ("GET", "/start"), ("POST", "/next"), ("GET", "/tone.wav"), ("POST", "/next"),
    ]  # fmt: skip
    assert all(genuine(asked, secret) for asked in shop.asked)
    assert json.loads(shop.asked[1].body)["CallSid"] == call["id"]
    assert shop.asked[1].headers["Cookie"] == "session=s1"
    assert [(each["kind"], each["status"], each["attempt"]) for each in told] == [
        ("document", 200, 1), ("document", 200, 1), ("media", 200, 1),
    ]  # fmt: skip
    assert told[1]["answer"] == following
    assert (event["status"], event["url"]) == (200, masked(told[0]["url"]))
    assert replayed == f"200\n{following}\n"


async def test_a_server_that_answers_with_sound_is_heard_to_its_end(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/hello"] = tone(700, 1.5).save(tmp_path / "tone.wav").read_bytes()
    shop.headers["Content-Type"] = "audio/wav"
    heard = tmp_path / "heard.wav"
    async with (
        platform(tmp_path, ports, number={"--url": shop.url("/hello")}) as telefoon,
        phone(*dialling(telefoon), "--record", str(heard)) as caller,
    ):
        await caller.tells("hung_up", within_s=30)

    assert [(asked.method, asked.path) for asked in shop.asked] == [("POST", "/hello"), ("GET", "/hello")]
    assert hears(Sound.of_file(heard), 700, seconds=1.4)


async def test_a_file_that_is_repeated_is_fetched_once_though_it_may_not_be_kept(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/tone.wav"] = tone(700, 0.2).save(tmp_path / "tone.wav").read_bytes()
    shop.flows["/start"] = '<Response><Play loop="3">/tone.wav</Play><Hangup/></Response>'
    shop.headers["Cache-Control"] = "no-store"
    async with (
        platform(tmp_path, ports, number={"--url": shop.url("/start")}) as telefoon,
        phone(*dialling(telefoon)) as caller,
    ):
        await caller.tells("hung_up", within_s=30)
        call = await telefoon.ended_call((await telefoon.newest_call())["id"])
        played = [event for event in await telefoon.events(call["id"]) if event["kind"] == "played"]

    assert len(shop.forms("/tone.wav")) == 1
    assert len(played) == 3
