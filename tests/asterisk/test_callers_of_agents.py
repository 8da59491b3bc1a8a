"""Callers from Asterisk who talk with a program by text (ConversationRelay): what either is told and hears."""

import asyncio
from pathlib import Path
from typing import Any, Final

import pytest

from tests.peers.agent_program import AgentProgram, agent_program
from tests.peers.asterisk import Asterisk
from tests.peers.asterisk_caller import AsteriskCaller
from tests.peers.audio import contains
from tests.peers.consent import NUMBER_ASKS_NOBODY
from tests.peers.customer import Customer
from tests.peers.platform import ACCOUNT, platform
from tests.peers.ports import Ports
from tests.peers.spoken import ALIKE, said

NOTICE_S: Final = 3
"""The notice takes longer than that."""
ANSWER: Final = "We are open until five."
"""It is said in one piece, so what is heard can be compared with the whole."""


async def answers(program: AgentProgram, message: dict[str, Any]) -> None:
    """Answer what was asked in pieces, and hand over at a key."""
    if message["type"] == "prompt" and message["last"]:
        await program.says("We are open ", "until five.")
    if message["type"] == "dtmf":
        await program.send(type="end", handoffData="key 5")


@pytest.mark.slow
@pytest.mark.costly("a recogniser reads a sentence")
@pytest.mark.alone("a reading that takes over 20 s by the clock is given up")
async def test_a_caller_asks_a_program_by_voice_hears_its_answer_and_is_handed_over_at_a_key(
    tmp_path: Path, ports: Ports, network: Asterisk, plain: dict[str, str], shop: Customer
) -> None:
    shop.flows["/done"] = "<Response><Hangup/></Response>"
    async with agent_program(answers) as program:
        shop.flows["/start"] = (
            '<Response><Connect action="/done">'
            f'<ConversationRelay url="ws://127.0.0.1:{program.port}/talk" language="en-GB" '
            'welcomeGreeting="Good morning." dtmfDetection="true" debug="tokens-played"/></Connect></Response>'
        )
        number = {"--url": shop.url("/start"), **NUMBER_ASKS_NOBODY}
        async with platform(tmp_path, ports, plain | {"RECOGNIZER": "whisper"}, number=number) as telefoon:
            await asyncio.to_thread(telefoon.telefoon, "accounts", "spoken-name", ACCOUNT, "Bakkerij Jansen")
            question = await asyncio.to_thread(said, telefoon, tmp_path, "question", "Are you open today?")
            answer = await asyncio.to_thread(said, telefoon, tmp_path, "answer", ANSWER)
            caller = await AsteriskCaller.calling(network)
            await program.is_told("info", within_s=60)  # the welcome was heard

            await caller.says(question)
            prompt = await program.is_told("prompt", within_s=60)
            await program.is_told("info", 2, within_s=60)
            await caller.presses("5")
            [done] = await shop.is_asked("/done", within_s=30)
            heard = await caller.heard()

    assert "open" in prompt["voicePrompt"].lower()
    assert [each["value"] for each in program.of_type("info")] == ["Good morning.", ANSWER]
    assert [each["digit"] for each in program.of_type("dtmf")] == ["5"]
    assert (done["SessionStatus"], done["HandoffData"]) == ("ended", "key 5")
    found = contains(heard, answer)
    assert found.score > ALIKE
    assert found.offset_s > NOTICE_S
