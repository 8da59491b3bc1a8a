"""Conversations of live calls with programs that talk by text, on simulated time."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import pytest

from engine.agents.pieces import SpokenSentence, TurnManner
from engine.errors import SpeechError, WebhookError
from engine.flow.next_step import GoTo
from engine.flow.program_plans import InterruptedBy
from engine.flow_faults import FlowFault
from engine.live.agents.voice import AgentVoice
from engine.live.disclosure.gate import DisclosureGate
from engine.live.disclosure.newcomer import NewcomerDisclosure
from engine.live.session.far_end_keys import FarEndKeys
from engine.ports.agents import ConnectionEnd
from engine.testing.far_end import FarEnd
from engine.testing.node import FakeNode
from tests.unit.live.words import DONE, element

URL = "wss://agent.example/talk"
NOTICE = "automated"


def relay(inside: str = "", **attributes: str) -> str:
    """A flow that gives the call to the program, and tells DONE how it went."""
    noun = element("ConversationRelay", inside, **{"url": URL, **attributes})
    return f"<Response>{element('Connect', noun, action=DONE)}</Response>"


async def talking(node: FakeNode, inside: str = "", **attributes: str) -> FarEnd:
    """A caller whom the program talks with."""
    await node.accounts.speak_as(node.account.id, "Bakkerij Jansen", "en-GB")
    caller = await node.is_called(relay(inside, **attributes), consent="announce")
    program = node.around.agent
    while not program.was_told("setup"):
        await node.passes(0.1)
    return caller


async def outcome(node: FakeNode) -> dict[str, str]:
    """What the flow was told of it."""
    while not node.around.customer.was_asked(DONE):
        await node.passes(0.1)
    [params] = node.around.customer.was_asked(DONE)
    return dict(params)


async def test_the_person_is_told_first_and_then_welcomed(node: FakeNode) -> None:
    caller = await talking(node, '<Parameter name="order" value="17"/>', welcomeGreeting="Welcome. How are you?")

    await caller.hears("Welcome.")
    await caller.hears("How are you?")

    assert NOTICE in caller.heard[0]
    assert "Bakkerij Jansen" in caller.heard[0]
    [setup] = node.around.agent.was_told("setup")
    call = await node.call(caller)
    assert setup["sessionId"].startswith("VX")
    assert (setup["callSid"], setup["from"], setup["to"]) == (call.id, call.from_, call.to)
    assert (setup["direction"], setup["customParameters"]) == ("inbound", {"order": "17"})
    assert setup["callStatus"] == "IN-PROGRESS", "the notice was heard, so the call is answered"


async def test_the_voice_is_ready_by_the_notices_end_and_when_somebody_begins_to_speak(node: FakeNode) -> None:
    await talking(node, language="nl-BE")
    assert node.around.synthesizer.warmed == ["nl-BE"]

    node.around.agent.sends(type="language", ttsLanguage="fr-FR")
    node.around.recognizer.said.append("goedemorgen")
    await node.passes(2)

    assert node.around.synthesizer.warmed == ["nl-BE", "fr-FR"]


async def test_the_person_is_told_in_the_language_that_the_program_speaks(node: FakeNode) -> None:
    caller = await talking(node, language="nl-BE", welcomeGreeting="Welkom.")

    await caller.hears("Welkom.")

    assert caller.heard[0].startswith("U spreekt met een automatische assistent van Bakkerij Jansen.")


async def test_a_prompt_is_answered_sentence_by_sentence_in_its_language(node: FakeNode) -> None:
    def answering(told: dict[str, Any]) -> Sequence[dict[str, Any]]:
        if told["type"] != "prompt":
            return ()
        return [
            {"type": "text", "token": "Bonjour. ", "lang": "fr-FR"},
            {"type": "text", "token": f"You said {told['voicePrompt']}", "last": True},
        ]

    node.around.agent.answering = answering
    caller = await talking(node)
    node.around.recognizer.said.append("good morning")

    await caller.hears("Bonjour.")
    await caller.hears("You said good morning")
    await node.passes(3)

    assert node.around.agent.was_told("prompt") == [
        {"type": "prompt", "voicePrompt": "good morning", "lang": "en-GB", "last": True}
    ]
    said = [event.facts for event in await node.events(caller, "said")]
    assert [(each["text"], each["language"]) for each in said] == [
        ("Bonjour.", "fr-FR"),
        ("You said good morning", "en-GB"),
    ]
    [speech] = await node.events(caller, "speech")
    assert speech.facts["text"] == "good morning"


async def test_a_sentence_is_spoken_though_its_program_is_silent_after_it(node: FakeNode) -> None:
    caller = await talking(node)

    node.around.agent.says("I will", last=False)
    node.around.agent.says(" look it up.", last=False)
    await node.passes(0.2)
    assert caller.hears_now == {"I will look it up."}
    await node.passes(5)
    node.around.agent.says(" It is there, at Dr.", last=False)
    await node.passes(5)
    assert caller.heard[1:] == ["I will look it up."]

    node.around.agent.says(" Peeters'.")
    await caller.hears("It is there, at Dr. Peeters'.")
    assert not node.around.agent.was_told("error")


async def test_markup_in_what_it_sends_is_spoken_as_such_and_noted_in_words(node: FakeNode) -> None:
    caller = await talking(node)

    node.around.agent.says('One <break time="1s"/>two. <sub alias="Three">3</sub>')
    await caller.hears('<speak>One <break time="1s"></break>two.</speak>')
    await caller.hears('<speak><sub alias="Three">3</sub></speak>')
    await node.passes(3)

    assert [event.facts["text"] for event in await node.events(caller, "said")] == ["One two.", "3"]


async def test_who_speaks_over_it_stops_it_and_is_told_what_was_heard(node: FakeNode) -> None:
    caller = await talking(node)
    node.around.agent.says("This is the first sentence of it. The second one is never heard to its end.")
    await caller.hears("The second one")
    await node.passes(1.5)

    node.around.recognizer.said.append("stop")
    await node.passes(0.5)

    assert not any("second" in each for each in caller.hears_now)
    [interrupt] = node.around.agent.was_told("interrupt")
    assert interrupt["utteranceUntilInterrupt"].startswith("This is the first sentence of it. The second")
    assert not interrupt["utteranceUntilInterrupt"].endswith("end.")
    await node.passes(1)
    assert node.around.agent.was_told("prompt")[0]["voicePrompt"] == "stop"
    assert len(await node.events(caller, "agent_interrupted")) == 1


async def test_keys_interrupt_and_are_told(node: FakeNode) -> None:
    caller = await talking(node, dtmfDetection="true")
    node.around.agent.says("This is a sentence that takes its time to be said.")
    await caller.hears("This is a sentence")

    caller.presses("5")
    await node.passes(0.1)

    assert [each["type"] for each in node.around.agent.told[1:]] == ["interrupt", "dtmf"]
    assert caller.hears_now == set()


async def test_it_plays_and_presses_keys_in_their_turn(node: FakeNode) -> None:
    caller = await talking(node)
    node.around.agent.says("Listen.")
    node.around.agent.sends(type="play", source="https://agent.example/a.wav", loop=2)
    node.around.agent.sends(type="sendDigits", digits="1w2")
    await node.passes(20)

    assert caller.heard[-3:] == ["Listen.", "https://agent.example/a.wav", "https://agent.example/a.wav"]
    assert "".join(caller.leg.pressed) == "12"


async def test_the_end_says_goodbye_and_hands_over(node: FakeNode) -> None:
    caller = await talking(node)
    node.around.agent.says("I will connect you.")
    node.around.agent.sends(type="end", handoffData='{"to": "sales"}')

    params = await outcome(node)

    assert "I will connect you." in caller.heard
    assert (params["SessionStatus"], params["HandoffData"]) == ("ended", '{"to": "sales"}')
    assert params["SessionId"] == node.around.agent.was_told("setup")[0]["sessionId"]
    assert node.around.agent.connections[0].closed == 1000
    await caller.hears("Goodbye.")


async def test_who_hangs_up_completes_it(node: FakeNode) -> None:
    caller = await talking(node)
    await node.passes(5)

    caller.hangs_up()

    params = await outcome(node)
    assert (params["SessionStatus"], params["SessionDuration"]) == ("completed", "5")


@pytest.mark.parametrize(
    ("end", "code"),
    [(ConnectionEnd(None, "The connection was lost."), "39001"), (ConnectionEnd(1011, "It closed."), "64105")],
)
async def test_a_program_that_goes_fails_it_and_the_call_goes_on(node: FakeNode, end: ConnectionEnd, code: str) -> None:
    caller = await talking(node)

    node.around.agent.connections[0].breaks(end)

    params = await outcome(node)
    assert (params["SessionStatus"], params["ErrorCode"], params["ErrorMessage"]) == ("failed", code, end.why)
    await caller.hears("Goodbye.")


async def test_a_program_that_cant_be_reached_fails_it_and_the_call_goes_on(node: FakeNode) -> None:
    await node.accounts.speak_as(node.account.id, "Bakkerij Jansen", "en-GB")
    node.around.agent.unreachable = WebhookError("It is not there.", FlowFault.CONNECTION)
    caller = await node.is_called(relay(), consent="announce")

    params = await outcome(node)

    assert (params["SessionStatus"], params["ErrorCode"]) == ("failed", "64102")
    await caller.hears("Goodbye.")


async def test_a_program_that_comes_back_is_told_what_it_missed(node: FakeNode) -> None:
    caller = await talking(node, applicationReconnect="true", dtmfDetection="true")
    node.around.agent.unreachable = WebhookError("It is not there.", FlowFault.CONNECTION)
    node.around.agent.connections[0].breaks(ConnectionEnd(None, "The connection was lost."))
    await node.passes(1)
    caller.presses("42")
    await node.passes(1)
    node.around.agent.unreachable = None
    await node.passes(1)

    setups = node.around.agent.was_told("setup")
    assert len(setups) == 2
    assert setups[0] == setups[1]
    assert [each["digit"] for each in node.around.agent.was_told("dtmf")] == ["4", "2"]
    node.around.agent.says("Here I am.")
    await caller.hears("Here I am.")


async def test_one_that_does_not_come_back_fails_it_after_ten_seconds(node: FakeNode) -> None:
    await talking(node, applicationReconnect="true")
    node.around.agent.unreachable = WebhookError("It is not there.", FlowFault.CONNECTION)
    node.around.agent.connections[0].breaks(ConnectionEnd(None, "The connection was lost."))
    began_s = node.services.clock.monotonic()

    params = await outcome(node)

    assert params["SessionStatus"] == "failed"
    assert 9 <= node.services.clock.monotonic() - began_s <= 12


async def test_ten_bad_messages_close_it(node: FakeNode) -> None:
    await talking(node)
    for _ in range(9):
        node.around.agent.connections[0].sends("nonsense")
    node.around.agent.connections[0].sends(b"\x00")

    params = await outcome(node)

    assert (params["SessionStatus"], params["ErrorCode"]) == ("failed", "64105")
    assert node.around.agent.connections[0].closed == 1007
    assert len(node.around.agent.was_told("error")) == 10


async def test_rest_ends_it_by_another_flow(node: FakeNode) -> None:
    caller = await talking(node)
    node.around.agent.says("This is a sentence that takes its time to be said.")
    await caller.hears("This is a sentence")

    await node.change(caller, start=GoTo(DONE))
    await caller.hears("Goodbye.")

    assert node.around.agent.connections[0].closed == 1001
    await caller.is_hung_up()
    [end] = await node.events(caller, "agent_ended")
    assert end.facts["status"] == "ended"


async def test_nobody_is_heard_and_nothing_said_without_consent(node: FakeNode) -> None:
    await node.accounts.speak_as(node.account.id, "Bakkerij Jansen", "en-GB")
    caller = await node.is_called(relay(), consent="press-to-consent")
    await caller.hears("1")
    caller.presses("2")

    params = await outcome(node)

    assert params["SessionStatus"] == "failed"
    assert node.around.agent.urls == []


async def test_an_account_without_a_spoken_name_is_refused_with_the_mend(node: FakeNode) -> None:
    await node.is_called(relay(), consent="announce")

    params = await outcome(node)

    assert "spoken-name" in params["ErrorMessage"]
    assert node.around.agent.urls == []


async def test_a_sentence_that_cant_be_spoken_is_told_and_the_next_one_is(node: FakeNode) -> None:
    node.around.synthesizer.unspeakable["Mumble."] = SpeechError("Nobody speaks this.")
    caller = await talking(node)

    node.around.agent.says("First. Mumble. Clearly.")
    await caller.hears("First.")
    await caller.hears("Clearly.")

    assert node.around.agent.was_told("error") == [{"type": "error", "description": "Nobody speaks this."}]


async def test_notices_say_who_speaks_and_when(node: FakeNode) -> None:
    caller = await talking(node, debug="debugging speaker-events tokens-played")
    node.around.agent.says("Hello.")
    await caller.hears("Hello.")
    await node.passes(11)

    told = node.around.agent.was_told("info")
    assert [(each["name"], each["value"]) for each in told] == [
        ("agentSpeaking", "on"),
        ("tokensPlayed", "Hello."),
        ("agentSpeaking", "off"),
        ("roundTripDelayMs", 20),
    ]
    assert told[0]["ts"] == pytest.approx(told[2]["ts"] - 500, abs=100)
    assert json.dumps(told)


async def test_who_withdraws_consent_is_not_heard_any_more_and_the_talk_goes_on(node: FakeNode) -> None:
    caller = await talking(node)
    await node.change(caller, withdraw_consent=True)
    node.around.recognizer.said.append("can you hear me")
    await node.passes(5)

    node.around.agent.says("Are you there?")
    await caller.hears("Are you there?")

    # FakeRecognizer understands whatever was said; the sound that it is given is what counts.
    assert set(node.around.recognizer.heard[-10:]) == {0}


async def test_a_reader_that_is_not_there_is_told_at_once(node: FakeNode) -> None:
    node.around.recognizer.busy = True
    caller = await talking(node)
    await node.passes(9)

    assert [each["description"] for each in node.around.agent.was_told("error")] == [
        "What the person says is not understood: As many are being listened to as can be."
    ]
    node.around.recognizer.busy = False
    await node.passes(3)
    node.around.recognizer.said.append("hello")
    await node.passes(2)
    assert node.around.agent.was_told("prompt")[0]["voicePrompt"] == "hello"
    caller.hangs_up()


async def test_that_readers_are_behind_is_told_as_soon_as_somebody_speaks(node: FakeNode) -> None:
    recognizer, agent = node.around.recognizer, node.around.agent
    recognizer.behind, recognizer.lasts_s = True, 5.0
    await talking(node)

    recognizer.said.append("is anybody there")
    await node.passes(1)

    assert [each["description"] for each in agent.was_told("error")] == [
        "The readers of speech are behind: what the person says now is told late."
    ]
    assert not agent.was_told("prompt")
    await node.passes(6)
    assert agent.was_told("prompt")[0]["voicePrompt"] == "is anybody there"


async def test_what_was_made_ahead_and_is_dropped_harms_nobody(node: FakeNode) -> None:
    node.around.synthesizer.unspeakable["Mumble."] = SpeechError("Nobody speaks this.")
    caller = await talking(node)
    node.around.agent.says("This is a sentence that takes its time. Mumble. More.")
    await caller.hears("This is a sentence")
    await node.passes(1)

    node.around.recognizer.said.append("stop")
    await node.passes(1)
    node.around.agent.says("As you wish.")

    await caller.hears("As you wish.")
    assert node.around.agent.was_told("error") == []


async def test_who_takes_the_persons_place_is_told_and_hears_the_sentence_again(node: FakeNode) -> None:
    caller = await talking(node)
    node.around.agent.says("This is a sentence that takes its time to be said.")
    await caller.hears("This is a sentence")
    await node.passes(1)
    session = node.switchboard._sessions.of_leg(caller.leg.id)
    assert session is not None
    gate = DisclosureGate(node.services.disclosure, node.services.speaker, node.services.clock)
    newcomer = NewcomerDisclosure(gate)

    await newcomer.keep_out(session)
    assert caller.hears_now == set()
    await node.passes(3)
    await newcomer.settle(session)

    await caller.hears(NOTICE)
    await caller.hears("This is a sentence")
    await node.passes(10)
    assert [event.facts["to_the_end"] for event in await node.events(caller, "said")] == [True]


async def test_on_hold_nothing_is_heard_of_the_person_and_the_talk_goes_on(node: FakeNode) -> None:
    caller = await talking(node)
    await node.change(caller, hold=True)
    await node.passes(3)
    assert set(node.around.recognizer.heard[-5:]) == {0}

    await node.change(caller, hold=False)
    node.around.recognizer.said.append("here I am")
    await node.passes(2)

    assert node.around.agent.was_told("prompt")[0]["voicePrompt"] == "here I am"


async def test_a_voice_without_a_disclosure_is_heard_by_nobody(node: FakeNode) -> None:
    await node.accounts.speak_as(node.account.id, "Bakkerij Jansen", "en-GB")
    caller = await node.is_called("<Response><Say>Hello.</Say><Pause length='600'/></Response>")
    await caller.hears("Hello.")
    session = node.switchboard._sessions.of_leg(caller.leg.id)
    assert session is not None
    services = node.services
    voice = AgentVoice(
        services.speaker, services.web.for_call(node.account.id, session.call.id), FarEndKeys(session, services.clock)
    )
    sentence = SpokenSentence(1, "I am a machine.", "en-GB", None, TurnManner(InterruptedBy.ANYTHING, False))
    speaking = asyncio.ensure_future(voice.perform(sentence, lambda _wav, _seconds: None))
    await node.passes(60)
    assert caller.heard == ["Hello."]

    gate = DisclosureGate(services.disclosure, services.speaker, services.clock)
    await gate.open(session, voice)
    await speaking

    assert NOTICE in caller.heard[1]
    assert caller.heard[2:] == ["I am a machine."]
    await gate.close(session, voice)
