"""The programs of docs/streams.md and docs/agents.md, run as they stand, and tried with telefoon agents try."""

from pathlib import Path

import pytest

from api.doctor.programs.findings import ProgramPart
from api.doctor.programs.relay_trial import RelayCaller
from api.doctor.programs.trying import ProgramProtocol
from tests.peers.audio import Sound, hears
from tests.peers.ports import Ports
from tests.peers.program import program
from tests.unit.cli.agents.trials import finding, trial

pytestmark = pytest.mark.processes

EXAMPLES = Path(__file__).parents[4] / "docs" / "examples"


async def test_the_streams_example_says_back_what_a_caller_says() -> None:
    port = Ports().one()
    async with program(str(EXAMPLES / "repeating.py"), "--port", str(port), serves_at=port):
        verdict = await trial(f"ws://127.0.0.1:{port}/media", ProgramProtocol.STREAM, patience_s=4.0)

    assert verdict.ok, verdict.findings
    assert verdict.heard is not None
    assert hears(Sound.of_pcm(verdict.heard, 8000), 1000, seconds=0.4)


async def test_the_agents_example_answers_and_hands_over_by_a_key() -> None:
    port = Ports().one()
    caller = RelayCaller("Are you open?", "en-GB", "0")
    async with program(str(EXAMPLES / "assistant.py"), "--port", str(port), serves_at=port):
        verdict = await trial(f"ws://127.0.0.1:{port}/talk", ProgramProtocol.RELAY, relay=caller)

    assert verdict.ok, verdict.findings
    assert "says: You said: Are you open? Is there anything else? " in [line.text for line in verdict.lines]
    assert finding(verdict, ProgramPart.END).detail == "it ended the conversation with handoffData 'wants a person'"
