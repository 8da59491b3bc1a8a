"""The simulator: documents by others run in it to their end, on time that nobody waits for."""

import re

import pytest
from hypothesis import given

from engine.errors import DocumentError, InvalidField
from engine.flow.parse import parse
from engine.flow.write import to_json, to_xml
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


def test_those_who_are_dialled_answer_by_the_script() -> None:
    call = simulate(made("dial a number"), answers="busy")

    assert "+3225550188: busy" in list(call.of(TranscriptMark.CALL))


def test_a_queue_that_nobody_serves_ends_at_the_limit() -> None:
    call = simulate(SUPPORT, limit_s=600)

    assert (call.seconds, "limit" in call.ended_by) == (600, True)


def test_a_queue_is_left_when_an_agent_answers() -> None:
    call = simulate(SUPPORT, answers="answer")

    assert "an agent takes the call after 20 s" in list(call.of(TranscriptMark.CALL))


def test_a_server_that_cannot_be_reached_is_shown_and_ends_the_flow() -> None:
    call = simulate("<Response><Redirect>https://nowhere.example/x</Redirect></Response>")

    assert "nowhere.example/x is not reachable" in call.ended_by


def test_a_relative_url_without_a_base_is_shown_and_ends_the_flow() -> None:
    assert "'/x' is relative" in simulate("<Response><Redirect>/x</Redirect></Response>").ended_by


def test_a_refused_document_is_an_error() -> None:
    with pytest.raises(DocumentError, match="'numDigits' is 'many'"):
        simulate('<Response><Gather numDigits="many"/></Response>')


@pytest.mark.parametrize(("digits", "answers"), [("x", ""), ("1,hello", ""), ("", "perhaps")])
def test_a_script_that_makes_no_sense_is_an_error(digits: str, answers: str) -> None:
    with pytest.raises(InvalidField):
        simulate(SUPPORT, digits=digits, answers=answers)
