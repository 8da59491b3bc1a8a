"""Gather with speech: what a caller says is understood, and told."""

from pathlib import Path

import pytest

from api.node.speech import speech_service
from config.settings import Settings
from engine.ports import Speech
from tests.peers.audio import Sound, hears, joined, longest_gap, silence, tone
from tests.peers.consent import NUMBER_ASKS_NOBODY
from tests.peers.customer import Customer
from tests.peers.phone import phone
from tests.peers.platform import NUMBER, platform
from tests.peers.ports import Ports

pytestmark = [pytest.mark.sip, pytest.mark.slow]

CALLER = "+3225550177"
KEYS = "73917391"
"""So many that neither an identifier nor a time holds them by chance."""


async def spoken(folder: Path, text: str) -> Path:
    """A WAV in which a voice of ours says it."""
    service = speech_service(Settings(data_dir=folder / "voice"))
    try:
        return await service.render(Speech(text, "en-US"), rate_hz=16000)
    finally:
        await service.close()


@pytest.mark.alone("a reading that takes over 20 s by the clock is given up")
async def test_what_the_caller_says_is_told_and_stops_the_prompt(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    shop.flows["/start"] = (
        '<Response><Gather input="dtmf speech" language="en-US" action="/said" timeout="8" hints="sales, support" '
        'partialResultCallback="/part"><Pause length="8"/><Say>Sales or support?</Say></Gather></Response>'
    )
    shop.flows["/said"] = "<Response/>"
    # So late that the call listens by then, and early enough to be over before the prompt begins.
    words = Sound.of_file(await spoken(tmp_path, "I would like to talk to support."))
    voice = joined(silence(2, rate_hz=words.rate_hz), words).save(tmp_path / "voice.wav")
    settings = {"RECOGNIZER": "whisper"}
    async with (
        platform(tmp_path, ports, settings, number={"--url": shop.url("/start")}) as telefoon,
        phone(
            "--dial", f"sip:{NUMBER}@127.0.0.1:{telefoon.sip_port}", "--from", CALLER, "--play", str(voice)
        ) as caller,
    ):
        await caller.tells("hung_up", within_s=60)
        call = await telefoon.newest_call()
        kinds = [event["kind"] for event in await telefoon.events(call["id"])]

    said = shop.forms("/said")[0]
    assert "support" in said["SpeechResult"].lower()
    assert 0 < float(said["Confidence"]) <= 1
    assert "said" not in kinds  # the prompt had not begun


async def test_speech_alone_without_a_recognizer_takes_the_fallback(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/start"] = '<Response><Gather input="speech" action="/said"/></Response>'
    shop.flows["/fallback"] = "<Response/>"
    number = {"--url": shop.url("/start"), "--fallback-url": shop.url("/fallback")}
    async with (
        platform(tmp_path, ports, number=number) as telefoon,
        phone("--dial", f"sip:{NUMBER}@127.0.0.1:{telefoon.sip_port}", "--from", CALLER) as caller,
    ):
        await caller.tells("hung_up", within_s=30)
        call = await telefoon.ended_call((await telefoon.newest_call())["id"])

    assert len(shop.forms("/fallback")) == 1
    assert "TELEFOON_RECOGNIZER" in call["explanation"][0]["said"]


async def test_masked_keys_are_kept_out_of_events_ledger_and_recording(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/start"] = (
        '<Response><Start><Recording channels="mono" track="inbound"/></Start>'
        '<Gather numDigits="8" mask="true" action="/pin" timeout="10"/></Response>'
    )
    shop.flows["/pin"] = '<Response><Gather timeout="3"/></Response>'
    voice = tone(500, 60).save(tmp_path / "500.wav")
    async with (
        platform(tmp_path, ports, number={"--url": shop.url("/start"), **NUMBER_ASKS_NOBODY}) as telefoon,
        phone(
            *("--dial", f"sip:{NUMBER}@127.0.0.1:{telefoon.sip_port}", "--from", CALLER),
            *("--digits", KEYS, "--digits-after", "6", "--play", str(voice)),
        ) as caller,
    ):
        await caller.tells("hung_up", within_s=40)
        call = await telefoon.ended_call((await telefoon.newest_call())["id"])
        events = await telefoon.events(call["id"])
        ledger = await telefoon.get(f"calls/{call['id']}/webhooks")
        _, wav = await telefoon.recording(tmp_path)

    assert shop.forms("/pin")[0]["Digits"] == KEYS
    assert KEYS not in str(ledger)
    assert [event["facts"]["digit"] for event in events if event["kind"] == "digit"] == ["•"] * len(KEYS)
    recorded = Sound.of_file(wav)
    masked = longest_gap(recorded, 500)
    assert masked.seconds > 1.2, "while the keys are awaited"
    assert hears(recorded.part(masked.end_s), 500, seconds=1)
    log = (tmp_path / "serve.log").read_text()
    assert KEYS not in log.replace(CALLER, "")
