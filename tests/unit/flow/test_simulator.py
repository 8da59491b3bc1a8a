"""The simulator: documents by others run in it to their end, on time that nobody waits for."""

import re

import pytest
from hypothesis import given

from engine.errors import DocumentError, InvalidField, SpeechError, UnknownVoice
from engine.flow.parse import parse
from engine.flow.write import to_json, to_xml
from engine.ports import Speech
from engine.simulator.run import simulate
from engine.simulator.transcript import TranscriptMark
from tests.unit.flow.spellings import Piece, as_xml, flows
from tests.unit.flow.twilio_flows import FLOWS, PAGES, made

BASE = "https://shop.example/home"
SUPPORT = "<Response><Enqueue>support</Enqueue></Response>"


def test_there_are_at_least_sixty_documents_with_each_element_that_works() -> None:
    written = "".join(made(name) for name in FLOWS)
    elements = set(re.findall(r"<([A-Za-z-]+)", written)) - {"Response"}

    assert len(FLOWS) >= 60
    assert elements >= {
        "Say", "Play", "Pause", "Gather", "Record", "Redirect", "Reject", "Hangup", "Leave", "Echo", "Refer", "Dial",
        "Number", "Sip", "Headers", "Header", "Client", "Identity", "Parameter", "Conference", "Queue", "Enqueue",
        "Application", "ApplicationSid",
        "Start", "Recording", "break", "emphasis", "lang", "p", "phoneme", "prosody", "s", "say-as", "sub", "w",
    }  # fmt: skip


@pytest.mark.parametrize("name", FLOWS)
@pytest.mark.parametrize("digits", ["", "1,2,#"])
def test_a_document_of_the_package_runs_to_its_end(name: str, digits: str) -> None:
    call = simulate(made(name), digits=digits, pages=PAGES, base_url=BASE, limit_s=120)

    assert call.ended_by == "" or "limit" in call.ended_by
    assert call.seconds <= 120


@pytest.mark.parametrize("name", FLOWS)
def test_a_document_of_the_package_keeps_its_meaning_in_json_and_back(name: str) -> None:
    document = parse(made(name))

    assert parse(to_json(document)) == document
    assert parse(to_xml(parse(to_json(document)))) == document


@pytest.mark.costly("a hundred made-up flows are run")
@given(flows())
def test_whatever_is_a_flow_runs_and_ends(flow: list[Piece]) -> None:
    call = simulate(as_xml(flow), digits="1,2,#", answers="busy,answer", pages=PAGES, base_url=BASE, limit_s=60)

    assert call.seconds <= 60


def test_keys_choose_and_the_choice_is_requested() -> None:
    call = simulate(made("gather a menu"), digits="1", pages=PAGES, base_url=BASE)

    assert call.said == ["Press one", "Chosen"]
    assert (call.requests[0].url, call.requests[0].params["Digits"]) == ("https://shop.example/menu", "1")


def test_speech_is_understood_as_it_is_scripted() -> None:
    call = simulate(made("gather speech"), digits="say:yes please", pages=PAGES, base_url=BASE)

    assert call.requests[0].params["SpeechResult"] == "yes please"


def test_masked_keys_are_not_in_the_transcript() -> None:
    flow = '<Response><Gather numDigits="4" mask="true" action="/menu"/></Response>'

    call = simulate(flow, digits="7391", pages=PAGES, base_url=BASE)

    assert "7391" not in str(call)
    assert call.requests[0].params["Digits"] == "7391"


def test_a_program_talks_by_the_script_and_its_end_goes_to_action() -> None:
    call = simulate(
        made("converse by text"), agent="say:What will it be?; hear:two pizzas; key:1; end:ordered", pages=PAGES,
        base_url=BASE,
    )  # fmt: skip

    notice, *said = call.said
    assert "an automated assistant of Example" in notice
    assert said == ["Good morning.", "What will it be?", "Done"]
    assert list(call.lines_of(TranscriptMark.INPUT)) == ["says 'two pizzas'", "key 1"]
    [asked] = call.requests
    assert (asked.params["SessionStatus"], asked.params["HandoffData"]) == ("ended", "ordered")


def test_what_is_heard_before_a_conversation_is_in_its_language() -> None:
    relay = '<ConversationRelay url="wss://a.example/" language="nl-BE"/>'

    call = simulate(f"<Response><Connect>{relay}</Connect></Response>")

    assert call.said[0].startswith("U spreekt met een automatische assistent van Example.")


def test_a_person_may_interrupt_a_program() -> None:
    call = simulate(
        made("converse by text"), agent="say:This is a long sentence, which nobody hears to its end.; interrupt:stop",
        pages=PAGES, base_url=BASE,
    )  # fmt: skip

    assert "interrupts the program" in list(call.lines_of(TranscriptMark.CALL))


def test_a_program_that_fails_is_told_to_action() -> None:
    call = simulate(made("connect a stream"), agent="play:3;fail:It is gone.", pages=PAGES, base_url=BASE)

    [asked] = call.requests
    assert asked.params["StreamError"] == "It is gone."


def test_each_program_has_the_steps_up_to_its_end() -> None:
    connect = '<Connect><ConversationRelay url="/talk"/></Connect>'

    call = simulate(f"<Response>{connect}{connect}</Response>", agent="say:One.;end;say:Two.", base_url=BASE)

    assert call.said[1:] == ["One.", "Two."], "the notice is heard once"


def test_a_program_by_sound_is_heard_after_its_notice() -> None:
    call = simulate(made("connect a stream"), agent="say:Hello.;play:3;hear:Bye;key:1", pages=PAGES, base_url=BASE)

    assert ["assistant" in call.said[0], *call.said[1:]] == [True, "Hello.", "Done"]
    assert list(call.lines_of(TranscriptMark.PLAYS)) == ["sound of the program for 3 s"]
    assert list(call.lines_of(TranscriptMark.INPUT)) == ["says 'Bye'", "key 1"]


def test_streams_beside_the_flow_begin_and_end_in_the_transcript() -> None:
    told = list(simulate(made("start a stream and stop it"), base_url=BASE).lines_of(TranscriptMark.CALL))

    assert told[1:3] == [
        "the program at wss://shop.example/audio hears the caller and the flow",
        "the program at wss://shop.example/audio hears it no more",
    ]


@pytest.mark.parametrize(
    "agent", ["sing:a song", "say:", "play:long", "play:99999", "key:x", "hello", "wss://a.example"]
)
def test_a_programs_script_that_makes_no_sense_is_refused(agent: str) -> None:
    with pytest.raises(InvalidField) as refused:
        simulate("<Response/>", agent=agent)

    assert refused.value.field == "agent"


def test_those_who_are_dialled_answer_by_the_script() -> None:
    call = simulate(made("dial a number"), answers="busy")

    assert "+3225550188: busy" in list(call.lines_of(TranscriptMark.CALL))


def test_a_queue_that_nobody_serves_ends_at_the_limit() -> None:
    call = simulate(SUPPORT, limit_s=600)

    assert (call.seconds, "limit" in call.ended_by) == (600, True)


def test_a_queue_is_left_when_an_agent_answers() -> None:
    call = simulate(SUPPORT, answers="answer")

    assert "an agent takes the call after 20 s" in list(call.lines_of(TranscriptMark.CALL))


def test_a_server_that_cannot_be_reached_is_shown_and_ends_the_flow() -> None:
    call = simulate("<Response><Redirect>https://nowhere.example/x</Redirect></Response>")

    assert "nowhere.example/x is not reachable" in call.ended_by


def test_a_relative_url_without_a_base_is_shown_and_ends_the_flow() -> None:
    assert "'/x' is relative" in simulate("<Response><Redirect>/x</Redirect></Response>").ended_by


def test_a_refused_document_is_an_error() -> None:
    with pytest.raises(DocumentError, match="'numDigits' is 'many'"):
        simulate('<Response><Gather numDigits="many"/></Response>', reading="strict")


def test_a_mistake_that_is_passed_over_is_a_warning() -> None:
    call = simulate('<Response><Say foo="1">Hello.</Say></Response>')

    assert call.said == ["Hello."]
    assert [warning.partition(". ")[0] for warning in call.warnings] == ["line 1: <Say>: there is no attribute 'foo'"]


@pytest.mark.parametrize(("digits", "answers"), [("x", ""), ("1,hello", ""), ("", "perhaps")])
def test_a_script_that_makes_no_sense_is_an_error(digits: str, answers: str) -> None:
    with pytest.raises(InvalidField):
        simulate(SUPPORT, digits=digits, answers=answers)


def test_who_leaves_a_message_hears_first_that_it_is_recorded() -> None:
    call = simulate(made("record"), base_url=BASE, pages=PAGES, limit_s=60)

    recorded = next(line for line in call.lines if line.text == "a message is recorded from here on")
    assert call.said[0].startswith("This call is being recorded.")
    assert recorded.at_s >= call.sounds[0].at_s + call.sounds[0].seconds


def test_a_whisper_is_heard_by_who_was_dialled_and_not_by_the_caller() -> None:
    call = simulate(made("dial with a whisper"), pages=PAGES, base_url=BASE)

    assert "A customer" not in call.said
    assert "+3225550188 hears: (en-GB) A customer" in list(call.lines_of(TranscriptMark.REMARK))
    assert "talks to +3225550188" in list(call.lines_of(TranscriptMark.CALL))


def test_who_does_not_answer_rings_for_as_long_as_the_dial_lets_it() -> None:
    call = simulate('<Response><Dial timeout="9">+3225550188</Dial></Response>', answers="no-answer")

    assert [sound.seconds for sound in call.sounds] == [9]


def test_of_several_who_ring_together_one_talks() -> None:
    call = simulate(made("dial several together"), pages=PAGES, base_url=BASE, answers="busy,answer")

    told = list(call.lines_of(TranscriptMark.CALL))
    assert "+3225550188: busy" in told
    assert [line for line in told if line.startswith("talks to")] == ["talks to sip:desk@pbx.example"]


def test_the_pin_of_a_conference_is_keyed_in_when_it_is_asked_for() -> None:
    flow = "<Response><Dial><Conference pin='481516'>weekly</Conference></Dial></Response>"

    let_in, refused = simulate(flow, digits="481516"), simulate(flow, digits="1")

    assert "enters the conference 'weekly'" in list(let_in.lines_of(TranscriptMark.CALL))
    assert "enters the conference 'weekly'" not in list(refused.lines_of(TranscriptMark.CALL))


def test_a_verb_after_a_conference_is_performed() -> None:
    call = simulate("<Response><Dial><Conference>weekly</Conference></Dial><Say>Goodbye</Say></Response>")

    assert call.said[-1] == "Goodbye"


def test_who_waited_in_a_queue_talks_to_the_caller_who_serves_it() -> None:
    call = simulate(made("dial a queue"), pages=PAGES, base_url=BASE)

    assert "who waited hears: (en-GB) You are next" in list(call.lines_of(TranscriptMark.REMARK))
    assert "talks to who waited" in list(call.lines_of(TranscriptMark.CALL))


def test_a_prompt_that_cannot_be_spoken_is_a_fault() -> None:
    def measure(_: Speech) -> float:
        raise SpeechError("there is no voice")

    call = simulate("<Response><Say>Hello</Say></Response>", measure=measure)

    assert call.faults == ["prompt failed: Hello, there is no voice"]


def test_keys_are_pressed_into_a_prompt_that_has_no_end() -> None:
    flow = '<Response><Gather numDigits="1" action="/menu"><Play loop="0">/music.wav</Play></Gather></Response>'

    call = simulate(flow, digits="1", pages=PAGES, base_url=BASE, limit_s=60)

    assert call.said == ["Chosen"]


def test_where_nobody_has_the_voice_the_words_are_heard_all_the_same() -> None:
    def measure(speech: Speech) -> None:
        if speech.voice is not None:
            raise UnknownVoice(f"No voice '{speech.voice}' speaks {speech.language}.")

    call = simulate('<Response><Say voice="nobody">Hello</Say></Response>', measure=measure)

    assert (call.said, call.faults) == (["Hello"], [])
    assert any("No voice 'nobody'" in line for line in call.lines_of(TranscriptMark.REMARK))


def test_a_relative_file_of_a_document_without_a_base_is_a_fault() -> None:
    assert "a.mp3' is relative" in simulate("<Response><Play>a.mp3</Play></Response>").ended_by


def test_a_caller_who_is_asked_agrees_to_be_recorded() -> None:
    call = simulate(made("record"), called="+49301234567", base_url=BASE, pages=PAGES, limit_s=30)

    assert call.said[0].startswith("May we record this call?")
    assert "a message is recorded from here on" in list(call.lines_of(TranscriptMark.REMARK))


def test_a_recorded_call_may_dial_many() -> None:
    dials = '<Dial timeout="5">+3225550188</Dial>' * 20

    call = simulate(f"<Response><Start><Recording/></Start>{dials}</Response>", answers="busy," * 19 + "answer")

    assert call.faults == []
    assert "talks to +3225550188" in list(call.lines_of(TranscriptMark.CALL))


def test_a_gather_without_an_action_asks_for_its_document_again() -> None:
    call = simulate('<Response><Gather numDigits="1"><Say>Press</Say></Gather><Say>Bye</Say></Response>', digits="1")

    assert call.said == ["Press", "Press", "Bye"]
    assert call.requests[0].params["Digits"] == "1"


def test_who_would_wait_in_a_queue_does_not_come_once_the_call_has_ended() -> None:
    flow = '<Response><Dial action=""><Queue>desk</Queue></Dial></Response>'

    call = simulate(flow, digits="1,2,#", answers="busy,answer", pages=PAGES, base_url=BASE, limit_s=60)

    assert call.seconds <= 60
