"""A person speaks over a program that talks by text: the packets at the far end, and when the program was told."""

import asyncio
import json
import os
from pathlib import Path
from typing import Final

import pytest

from tests.peers.agent_program import agent_program
from tests.peers.callers import calling
from tests.peers.capture import Capture
from tests.peers.captured_line import TELLS_NOBODY, CapturedLine
from tests.peers.consent import NUMBER_ASKS_NOBODY
from tests.peers.customer import Customer
from tests.peers.platform import platform
from tests.peers.ports import Ports
from tests.peers.speech_server import HZ, speech_peer
from tests.peers.spoken import said

pytestmark = [
    pytest.mark.sip,
    pytest.mark.slow,
    pytest.mark.skipif(os.geteuid() != 0, reason="capturing packets needs root"),
]

SENTENCES: Final = ("This is the first of two sentences that are said. ", "The other is " + "so " * 40 + "long.")
HELD_UP: Final = 50
"""Packets for which a busy machine may keep back whoever is to run. How many it takes is a figure of the bench."""


async def test_who_speaks_over_a_program_hears_no_more_of_it(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    async with speech_peer() as voice, agent_program() as program:
        shop.flows["/start"] = '<Response><Gather numDigits="1" timeout="60" action="/talk"/></Response>'
        shop.flows["/talk"] = (
            f'<Response><Connect><ConversationRelay url="ws://127.0.0.1:{program.port}/talk" language="en-GB" '
            'debug="tokens-played"/></Connect></Response>'
        )
        settings = {
            "CODECS": "PCMA",
            "RECOGNIZER": "whisper",
            "TTS_ENGINES": json.dumps({"en-GB": ["server", "pyttsx3"]}),
            "TTS_SERVERS": json.dumps({"en-GB": {"url": voice.url, "voice": "anna"}}),
        }
        number = {"--url": shop.url("/start"), **NUMBER_ASKS_NOBODY, **TELLS_NOBODY}
        async with platform(tmp_path, ports, settings, number=number) as telefoon:
            stop = await asyncio.to_thread(said, telefoon, tmp_path, "stop", "Stop nu maar, alstublieft.", "nl-NL")
            with Capture(program.port) as capture:
                async with calling(telefoon, ports, 500) as (caller,):
                    caller.ear.hush()
                    caller.ear.press("1")
                    capture.add(caller.ear.port)
                    line = CapturedLine(capture, caller.ear.port, program.port)
                    await program.is_told("setup", within_s=60)
                    await program.says(*SENTENCES)
                    await program.is_told("info", within_s=30)
                    await caller.ear.hears(HZ, within_s=20, since_s=caller.ear.now_s)
                    await asyncio.sleep(1)
                    caller.ear.say(stop)
                    told = await program.is_told("interrupt", within_s=30)
                    await asyncio.sleep(1)

    [interrupt], heard = line.to_program("interrupt"), line.heard()
    sounding = [each.at_s for each in heard if each.sounds]
    after = [each.sounds for each in heard if each.at_s > interrupt.at_s]
    assert after.index(False) <= HELD_UP
    assert not any(after[after.index(False) :]), "once it is silent, it remains so"
    assert told["utteranceUntilInterrupt"].startswith(f"{SENTENCES[0]}The other is so so")
    assert told["durationUntilInterruptMs"] / 1000 == pytest.approx(sounding[-1] - sounding[0], abs=HELD_UP * 0.02)
