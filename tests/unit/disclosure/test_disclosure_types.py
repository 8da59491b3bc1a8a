"""A program is heard by nobody without a `Disclosure`: the type checker refuses every other way."""

from pathlib import Path

import pytest

from tests.unit.consent.type_checked import said_of

PROGRAM = """
from datetime import datetime
from engine.model.disclosure import Disclosure, DisclosureChoice, ToldLeg, disclosed
from engine.live.agents.voice import AgentVoice
from engine.live.disclosure.gate import DisclosureGate
from engine.live.session.session import Session
from engine.live.streams.active_stream import ActiveStream
from engine.ports import Bridge, Ear, Fed, LegId, StreamId, StreamWire
async def speak(
    wire: StreamWire, stream: ActiveStream, voice: AgentVoice, gate: DisclosureGate, session: Session,
    bridge: Bridge, ear: Ear, leg: ToldLeg, now: datetime,
) -> None:
"""
REFUSED = (
    ("await wire.speak(ear)", "Missing positional argument"),
    ("await wire.speak(None, ear)", 'expected "Disclosure"'),
    ('await wire.speak("told", ear)', 'expected "Disclosure"'),
    ("await wire.speak(disclosed(DisclosureChoice(), None, leg, now), ear)", 'expected "Disclosure"'),
    ('await wire.speak(Disclosure("told"), ear)', 'expected "Never"'),
    ("await stream.speak(ear)", "Missing positional argument"),
    ("await stream.speak(None, ear)", 'expected "Disclosure"'),
    ("await voice.speak(ear)", "Too few arguments"),
    ("await voice.speak(None, ear)", 'expected "Disclosure"'),
    ("await wire.speak(await gate.disclosure_of(None), ear)", 'expected "Session"'),
    ("await gate.open(session, bridge)", 'expected "ProgramSound"'),
    ("await bridge.connect(Fed(StreamId(1)), ear)", 'expected "Said | Heard | Played | Mixed"'),
    ("await bridge.record(tracks=[[Fed(StreamId(1))]])", "incompatible type"),
    ("class Forged(Disclosure): ...", "Cannot inherit from final class"),
)
"""Statements in a function that could let somebody hear a program, and what mypy says of them."""
ALLOWED = (
    "if (disclosure := disclosed(DisclosureChoice(), None, leg, now)) is not None:",
    "    await wire.speak(disclosure, ear)",
    "await stream.speak(await gate.disclosure_of(session), ear)",
    "await gate.open(session, voice)",
    "await gate.open(session, wire)",
)


@pytest.mark.costly("a type checker reads the engine, once for all statements")
def test_only_code_with_a_disclosure_type_checks(tmp_path: Path) -> None:
    said = said_of([*(statement for statement, _ in REFUSED), *ALLOWED], PROGRAM, tmp_path)

    for statement, refusal in REFUSED:
        assert any(refusal in line for line in said[statement]), refusal
    assert [said[statement] for statement in ALLOWED] == [[]] * len(ALLOWED)
