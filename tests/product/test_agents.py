"""Programs that talk with callers by text (ConversationRelay), over real calls: what either hears and is told."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from twilio.request_validator import RequestValidator

from api.node.speech import speech_service
from config.settings import Settings
from engine.ports import Speech
from tests.peers.agent_program import AgentProgram, agent_program
from tests.peers.audio import Sound, sounding_s
from tests.peers.callers import Caller, calling
from tests.peers.certificates import make_pems, server_context
from tests.peers.consent import NUMBER_ASKS_NOBODY
from tests.peers.customer import Customer
from tests.peers.platform import ACCOUNT, Platform, platform
from tests.peers.ports import Ports
from tests.peers.prompts import ENGINES

pytestmark = [pytest.mark.sip, pytest.mark.slow]

LONG = "This is a very long sentence, which goes on and on and on, so that somebody may well want to interrupt it."


def relay(program: AgentProgram, **attributes: str) -> str:
    written = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return (
        f'<Response><Connect action="/done"><ConversationRelay url="ws://127.0.0.1:{program.port}/talk"{written}>'
        '<Parameter name="order" value="17"/></ConversationRelay></Connect></Response>'
    )


def named(telefoon: Platform) -> None:
    """Its people hear for whom the program speaks."""
    telefoon.telefoon("accounts", "spoken-name", ACCOUNT, "Bakkerij Jansen")


async def spoken(folder: Path, *texts: str) -> list[Sound]:
    """What somebody says, by a voice of ours."""
    service = speech_service(Settings(data_dir=folder / "voice"))
    try:
        return [Sound.of_file(await service.render(Speech(text, "en-US"), rate_hz=16000)) for text in texts]
    finally:
        await service.close()


async def of_kind(telefoon: Platform, caller: Caller, kind: str) -> list[dict[str, Any]]:
    return [event["facts"] for event in await telefoon.events(caller.call_id) if event["kind"] == kind]


@pytest.mark.alone("a reading that takes over 20 s by the clock is given up")
async def test_a_program_converses_is_interrupted_and_hands_over(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    question, stop = await spoken(tmp_path, "I would like to talk to support.", "Please stop talking now.")
    shop.flows["/done"] = "<Response/>"
    settings = {"RECOGNIZER": "whisper", "TTS_ENGINES": json.dumps(ENGINES)}
    async with agent_program() as program:
        shop.flows["/start"] = relay(
            program, language="en-GB", welcomeGreeting="Good morning.", dtmfDetection="true", debug="tokens-played"
        )
        number = {"--url": shop.url("/start"), **NUMBER_ASKS_NOBODY}
        async with platform(tmp_path, ports, settings, number=number) as telefoon:
            named(telefoon)
            secret = telefoon.telefoon("accounts", "secret", ACCOUNT).split()[-1]
            async with calling(telefoon, ports, 500) as (caller,):
                caller.ear.hush()
                setup = await program.is_told("setup", within_s=60)
                await program.is_told("info", within_s=60)  # the welcome was heard

                caller.ear.say(question)
                prompt = await program.is_told("prompt", within_s=60)

                # The first sentence is heard though its turn has no end yet.
                await program.says("You will be helped. ", "Just", last=False)
                await program.is_told("info", 2, within_s=30)
                await program.says(" wait. ", LONG)
                await program.is_told("info", 3, within_s=30)
                await asyncio.sleep(1)
                caller.ear.say(stop)
                interrupt = await program.is_told("interrupt", within_s=30)
                since_s = caller.ear.now_s + 0.1  # what was on its way
                await asyncio.sleep(1)
                after = caller.ear.heard(since_s)
                await program.is_told("prompt", 2, within_s=60)

                played = len(program.of_type("info"))
                await program.says("Au revoir. ", last=False, lang="fr-FR")
                await program.says("Tot ziens. ", last=False, lang="nl-BE")
                await program.send(type="language", ttsLanguage="de-DE")
                await program.says("Auf Wiedersehen.")
                await program.is_told("info", played + 3, within_s=30)
                caller.ear.press("7")
                await program.is_told("dtmf", within_s=30)
                await program.send(type="end", handoffData='{"to": "support"}')
                await caller.far_end.finishes()
            said = await of_kind(telefoon, caller, "said")
            disclosed = await of_kind(telefoon, caller, "disclosed")

    assert RequestValidator(secret).validate(
        f"ws://127.0.0.1:{program.port}/talk", {}, program.headers[0]["x-twilio-signature"]
    )
    assert (setup["callSid"], setup["customParameters"]) == (caller.call_id, {"order": "17"})
    assert "support" in prompt["voicePrompt"].lower()
    assert (prompt["lang"], prompt["last"]) == ("en-GB", True)
    assert [each["value"] for each in program.of_type("info")][:3] == [
        "Good morning.",
        "You will be helped.",
        "Just wait.",
    ]
    assert interrupt["utteranceUntilInterrupt"].startswith("You will be helped. Just wait. This is")
    assert not interrupt["utteranceUntilInterrupt"].endswith("interrupt it.")
    assert sounding_s(after) == 0, "nothing is heard after the interruption"
    assert [each["language"] for each in said][-3:] == ["fr-FR", "nl-BE", "de-DE"]
    assert len(disclosed) == 1
    [done] = shop.forms("/done")
    assert (done["SessionStatus"], done["HandoffData"]) == ("ended", '{"to": "support"}')
    assert program.close_codes == [1000]


async def test_its_own_voice_on_an_echoing_line_interrupts_nothing_and_a_lost_program_ends_it(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/done"] = "<Response><Pause length='1'/></Response>"
    settings = {"RECOGNIZER": "whisper", "TTS_ENGINES": json.dumps(ENGINES)}
    pems = make_pems(tmp_path / "pems")
    async with agent_program(tls=server_context(pems)) as program:
        flow = relay(program, language="en-GB", welcomeGreeting=f"{LONG} {LONG}", debug="speaker-events")
        shop.flows["/start"] = flow.replace("ws://", "wss://")
        number = {"--url": shop.url("/start"), **NUMBER_ASKS_NOBODY}
        machine = {"SSL_CERT_FILE": str(pems.ca)}
        async with platform(tmp_path, ports, settings, number=number, machine=machine) as telefoon:
            named(telefoon)
            async with calling(telefoon, ports, 500) as (caller,):
                caller.ear.hush()
                caller.ear.echo()
                await program.is_told("info", 2, within_s=90)
                await asyncio.sleep(2)
                program.lose()
                await caller.far_end.finishes()
            said = await of_kind(telefoon, caller, "said")

    assert [each["to_the_end"] for each in said] == [True, True]
    assert [each["name"] for each in program.of_type("info")] == ["agentSpeaking", "agentSpeaking"]
    assert program.of_type("interrupt") == program.of_type("prompt") == []
    [done] = shop.forms("/done")
    assert (done["SessionStatus"], done["ErrorCode"]) == ("failed", "39001")


async def test_a_sentence_is_heard_though_nothing_follows_it_and_its_markup_is_obeyed(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    async with agent_program() as program:
        shop.flows["/start"] = relay(program, language="en-GB", debug="tokens-played")
        settings = {"TTS_ENGINES": json.dumps(ENGINES)}
        number = {"--url": shop.url("/start"), **NUMBER_ASKS_NOBODY}
        async with platform(tmp_path, ports, settings, number=number) as telefoon:
            named(telefoon)
            async with calling(telefoon, ports, 500) as (caller,):
                caller.ear.hush()
                await program.is_told("setup", within_s=60)
                await program.says("I will look it up.", last=False)
                await program.is_told("info", within_s=30)
                since_s = caller.ear.now_s
                await program.says(' It is <break time="3s"/>', "open.")
                await program.is_told("info", 2, within_s=30)
                heard = caller.ear.heard(since_s)

    assert [each["value"] for each in program.of_type("info")] == ["I will look it up.", "It is open."]
    assert heard.seconds - sounding_s(heard) > 3
    assert sounding_s(heard) > 0.4


async def test_who_hangs_up_on_a_program_holds_up_nobody_where_speech_is_not_understood(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    async with agent_program() as program:
        shop.flows["/start"] = relay(program, language="en-GB")
        number = {"--url": shop.url("/start"), **NUMBER_ASKS_NOBODY}
        async with platform(tmp_path, ports, number=number) as telefoon:
            named(telefoon)
            async with calling(telefoon, ports, 500) as (caller,):
                error = await program.is_told("error", within_s=60)
                await telefoon.patch(f"calls/{caller.call_id}", {"status": "completed"})
                ended = await telefoon.ended_call(caller.call_id)
            [talk] = await of_kind(telefoon, caller, "agent_ended")

    assert "no recognizer" in error["description"]
    assert (ended["status"], talk["status"]) == ("completed", "completed")
    assert program.close_codes == [1000]
