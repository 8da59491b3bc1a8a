"""What a trial by Media Streams says of programs: one that is fit, and one with each fault."""

import asyncio
import json

import pytest

from api.doctor.programs.findings import ProgramPart
from api.doctor.programs.trying import ProgramProtocol, ProgramVerdict
from engine.diagnosis.findings import Outcome
from tests.peers.audio import Sound, hears
from tests.peers.stream_agents import AgentManner, ServedAgents, stream_agents
from tests.unit.cli.agents.trials import finding, trial, trials

pytestmark = pytest.mark.processes


def message(event: str, **members: object) -> str:
    return json.dumps({"event": event, "streamSid": "MZ", **members})


WRONG = {
    "no JSON": ("{", "one JSON object"),
    "a list": ("[]", 'member "event"'),
    "an unknown event": (message("hello"), "media, mark and clear"),
    "an event that is no text": (message("media").replace('"media"', "[1]"), "media, mark and clear"),
    "no streamSid": ('{"event": "clear", "stream_id": "MZ"}', "beside event"),
    "a foreign streamSid": ('{"event": "clear", "streamSid": "XX"}', "this connection's own"),
    "no payload": (message("media", media={"data": ""}), "media.payload"[:5]),
    "no base64": (message("media", media={"payload": "a-b_"}), "usual alphabet"),
    "nothing": (message("media", media={"payload": ""}), "where there is sound"),
    "a file": (message("media", media={"payload": "UklGRgAA"}), "a file's header"),
    "a nameless mark": (message("mark", mark={}), '"name"'),
    "a long mark": (message("mark", mark={"name": "x" * 2000}), "1024 bytes"),
}
MANNERS = {
    "fit": AgentManner(greeting_s=0.5, answer_s=4.0),
    "silent": AgentManner(answer_s=0),
    "deaf_to_interruptions": AgentManner(clears=False, marks=False),
    "talks_on": AgentManner(talks_on=True),
    "with_gaps": AgentManner(in_pieces=True),
    "wrong": AgentManner(says_first=tuple(text for text, _ in WRONG.values()), binary=b"123"),
    "failing": AgentManner(closes_with=1011),
    "leaving": AgentManner(closes_with=1000),
}


@pytest.fixture(scope="module")
def all_tried() -> tuple[dict[str, ProgramVerdict], ServedAgents]:
    """One trial of each manner, at the same time: each takes some seconds at real pace."""

    async def run() -> tuple[dict[str, ProgramVerdict], ServedAgents]:
        async with stream_agents(**MANNERS) as served:
            urls = {name: served.url(name) for name in MANNERS}
            return await trials(urls, ProgramProtocol.STREAM), served

    return asyncio.run(run())


@pytest.fixture
def verdicts(all_tried: tuple[dict[str, ProgramVerdict], ServedAgents]) -> dict[str, ProgramVerdict]:
    return all_tried[0]


def test_a_fit_program_is_said_to_be_fit(verdicts: dict[str, ProgramVerdict]) -> None:
    fit = verdicts["fit"]

    assert [each for each in fit.findings if each.outcome is not Outcome.OK] == []
    assert fit.summary == "It is fit for calls."
    assert finding(fit, ProgramPart.CONNECTION).detail.startswith("connected in ")
    assert finding(fit, ProgramPart.GREETING).detail.startswith("first sound 0.")
    assert "after the caller's last" in finding(fit, ProgramPart.ANSWER).detail
    assert "silence" in finding(fit, ProgramPart.INTERRUPTION).detail
    assert finding(fit, ProgramPart.SOUND).detail == "no gap in it"
    assert fit.heard is not None
    assert hears(Sound.of_pcm(fit.heard, 8000), 700, seconds=0.4)


def test_the_program_is_told_of_a_call_and_its_keys_and_marks_as_on_a_call(
    all_tried: tuple[dict[str, ProgramVerdict], ServedAgents],
) -> None:
    fit = all_tried[1].talks["fit"]

    assert fit.started["customParameters"] == {"shop": "7"}
    assert fit.started["mediaFormat"] == {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}
    assert fit.keys == "12"
    assert set(fit.marks) == {"said"}


def test_a_program_that_says_nothing_is_a_fault(verdicts: dict[str, ProgramVerdict]) -> None:
    answer = finding(verdicts["silent"], ProgramPart.ANSWER)

    assert answer.outcome is Outcome.FAULT
    assert "hears the caller" in answer.advice
    assert finding(verdicts["silent"], ProgramPart.MESSAGES).detail == "it sent nothing at all"
    assert not verdicts["silent"].ok


@pytest.mark.parametrize(
    ("name", "seen", "mend"),
    [
        ("deaf_to_interruptions", "sent no `clear`", "Send `clear` as soon as"),
        ("talks_on", "sound came on", "Stop the task that sends first"),
    ],
)
def test_an_interruption_that_is_not_heeded_is_a_warning(
    verdicts: dict[str, ProgramVerdict], name: str, seen: str, mend: str
) -> None:
    interruption = finding(verdicts[name], ProgramPart.INTERRUPTION)

    assert interruption.outcome is Outcome.WARNING
    assert seen in interruption.detail
    assert mend in interruption.advice
    assert verdicts[name].ok


def test_gaps_in_its_sound_are_a_warning(verdicts: dict[str, ProgramVerdict]) -> None:
    sound = finding(verdicts["with_gaps"], ProgramPart.SOUND)

    assert sound.outcome is Outcome.WARNING
    assert "gaps in it, the longest of " in sound.detail


@pytest.mark.parametrize(("kind", "mend"), [(name, mend) for name, (_, mend) in WRONG.items()], ids=WRONG)
def test_what_a_program_sends_wrongly_is_told_with_its_mend(
    verdicts: dict[str, ProgramVerdict], kind: str, mend: str
) -> None:
    told = [each.advice for each in verdicts["wrong"].findings if each.subject is ProgramPart.MESSAGES]

    assert any(mend in each for each in told), (kind, told)
    assert any("Send JSON in text messages" in each for each in told)
    assert not verdicts["wrong"].ok


def test_a_program_that_fails_says_so_by_its_close(verdicts: dict[str, ProgramVerdict]) -> None:
    failing, leaving = (finding(verdicts[name], ProgramPart.END) for name in ("failing", "leaving"))

    assert (failing.outcome, failing.detail) == (Outcome.FAULT, "it closed the connection with 1011: it failed")
    assert (leaving.outcome, leaving.detail) == (Outcome.OK, "it closed the connection itself, with 1000")


async def test_a_program_that_is_not_there_gets_the_findings_of_its_handshake() -> None:
    verdict = await trial("ws://127.0.0.1:1/media", ProgramProtocol.STREAM)

    assert [(each.subject, each.outcome) for each in verdict.findings] == [(ProgramPart.CONNECTION, Outcome.FAULT)]
    assert verdict.findings[0].advice.startswith("Start the program")
