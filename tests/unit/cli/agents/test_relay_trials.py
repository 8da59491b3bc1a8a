"""What a trial by ConversationRelay says of programs: one that is fit, and one with each fault."""

import asyncio

import pytest

from api.doctor.programs.findings import ProgramPart
from api.doctor.programs.trying import ProgramProtocol, ProgramVerdict
from engine.diagnosis.findings import Outcome
from tests.peers.relay_agents import RelayManner, ServedRelayAgents, relay_agents
from tests.peers.stream_agents import AgentManner, stream_agents
from tests.unit.cli.agents.trials import finding, trials

pytestmark = pytest.mark.processes

WRONG = ("{", '{"type": "speak"}', '{"type": "text", "last": true}', '{"type": "sendDigits", "digits": "x"}')
MANNERS = {
    "fit": RelayManner(greeting="Good morning."),
    "silent": RelayManner(tokens=(), ends_turns=False),
    "without_end": RelayManner(ends_turns=False),
    "deaf_to_interruptions": RelayManner(
        tokens=("Well. ", *["and so on "] * 12), token_every_s=0.25, heeds_interrupts=False
    ),
    "slow": RelayManner(tokens=("", "", "Well."), token_every_s=0.8),
    "wrong": RelayManner(says_first=WRONG),
    "handing_off": RelayManner(hands_off_at="2"),
}


@pytest.fixture(scope="module")
def all_tried() -> tuple[dict[str, ProgramVerdict], ServedRelayAgents]:
    """One trial of each manner, at the same time."""

    async def run() -> tuple[dict[str, ProgramVerdict], ServedRelayAgents]:
        async with relay_agents(**MANNERS) as served:
            urls = {name: served.url(name) for name in MANNERS}
            return await trials(urls, ProgramProtocol.RELAY), served

    return asyncio.run(run())


@pytest.fixture
def verdicts(all_tried: tuple[dict[str, ProgramVerdict], ServedRelayAgents]) -> dict[str, ProgramVerdict]:
    return all_tried[0]


def test_a_fit_program_is_said_to_be_fit_and_its_words_are_kept(verdicts: dict[str, ProgramVerdict]) -> None:
    fit = verdicts["fit"]

    assert [each for each in fit.findings if each.outcome is not Outcome.OK] == []
    assert "a first whole sentence after 0." in finding(fit, ProgramPart.ANSWER).detail
    assert finding(fit, ProgramPart.INTERRUPTION).detail.startswith("it stopped, and answered 0.")
    assert [line.text for line in fit.lines if line.side == "program"] == ["says: Good morning."] + [
        "says: You said so. Go on."
    ] * 2
    assert fit.heard is None


def test_the_program_is_told_of_a_call_as_on_a_call(
    all_tried: tuple[dict[str, ProgramVerdict], ServedRelayAgents],
) -> None:
    talk = all_tried[1].talks["fit"]

    assert talk.told[0]["customParameters"] == {"shop": "7"}
    assert talk.of_type("prompt")[0] == {
        "type": "prompt",
        "voicePrompt": "Are you open?",
        "lang": "nl-BE",
        "last": True,
    }
    assert [each["digit"] for each in talk.of_type("dtmf")] == ["1", "2"]
    assert talk.of_type("interrupt") == [
        {"type": "interrupt", "utteranceUntilInterrupt": "You said", "durationUntilInterruptMs": 1000}
    ]


@pytest.mark.parametrize(
    ("name", "part", "outcome", "mend"),
    [
        ("silent", ProgramPart.ANSWER, Outcome.FAULT, 'answer a "prompt"'),
        ("deaf_to_interruptions", ProgramPart.INTERRUPTION, Outcome.WARNING, "Stop the model's stream"),
        ("slow", ProgramPart.ANSWER, Outcome.WARNING, "as the model makes them"),
    ],
)
def test_a_program_that_keeps_a_caller_waiting_is_told_how_to_mend_it(
    verdicts: dict[str, ProgramVerdict], name: str, part: ProgramPart, outcome: Outcome, mend: str
) -> None:
    found = finding(verdicts[name], part)

    assert (found.outcome, mend in found.advice) == (outcome, True), found


def test_a_turn_without_an_end_is_a_fault(verdicts: dict[str, ProgramVerdict]) -> None:
    faults = [each for each in verdicts["without_end"].findings if each.outcome is Outcome.FAULT]

    assert [each.detail for each in faults] == ["the turn 'You said so. Go on.' has no end"]
    assert '"last": true' in faults[0].advice


def test_what_a_program_sends_wrongly_is_told_with_its_mend_and_answered_by_an_error(
    verdicts: dict[str, ProgramVerdict], all_tried: tuple[dict[str, ProgramVerdict], ServedRelayAgents]
) -> None:
    told = [each.advice for each in verdicts["wrong"].findings if each.subject is ProgramPart.MESSAGES]

    assert len(told) == len(WRONG)
    assert [each["description"] for each in all_tried[1].talks["wrong"].of_type("error")] == told


def test_the_end_that_a_program_makes_is_told_with_what_it_hands_over(verdicts: dict[str, ProgramVerdict]) -> None:
    assert finding(verdicts["handing_off"], ProgramPart.END).detail == (
        """it ended the conversation with handoffData '{"to": "a person"}'"""
    )


async def test_the_protocol_is_found_out_by_asking_in_text() -> None:
    async with relay_agents(relay=RelayManner()) as relays, stream_agents(stream=AgentManner(answer_s=1)) as streams:
        urls = {"relay": relays.url("relay"), "stream": streams.url("stream")}
        verdicts = await trials(urls, None)

    assert verdicts["relay"].protocol is ProgramProtocol.RELAY
    assert verdicts["stream"].protocol is ProgramProtocol.STREAM
    assert finding(verdicts["stream"], ProgramPart.PROTOCOL).detail == "it was found to speak Media Streams"
