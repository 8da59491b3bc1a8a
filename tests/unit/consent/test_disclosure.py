"""A program is heard by nobody without a `Disclosure`, and its policy alone makes one, when it has been done."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from engine.model.disclosure import Disclosure, DisclosureAssertion, DisclosurePolicy, SpokenNotice, disclose
from tests.unit.consent.type_checked import said_of
from tests.unit.store.samples import NOON

PROGRAM = """
from engine.model.disclosure import Disclosure, DisclosurePolicy, disclose
from engine.ports import Bridge, Ear, Fed, LegId, StreamId, StreamWire
async def speak(wire: StreamWire, bridge: Bridge, ear: Ear) -> None:
"""
REFUSED = (
    ("await wire.speak(ear)", "Missing positional argument"),
    ("await wire.speak(None, ear)", 'expected "Disclosure"'),
    ('await wire.speak("told", ear)', 'expected "Disclosure"'),
    ("await wire.speak(disclose(DisclosurePolicy.ANNOUNCE), ear)", 'expected "Disclosure"'),
    ('await wire.speak(Disclosure("told"), ear)', 'expected "Never"'),
    ("await bridge.connect(Fed(StreamId(1)), ear)", 'expected "Said | Heard | Played | Mixed"'),
    ("await bridge.record(tracks=[[Fed(StreamId(1))]])", "incompatible type"),
    ("class Forged(Disclosure): ...", "Cannot inherit from final class"),
)
"""Statements in a function that could let somebody hear a program, and what mypy says of them."""
ALLOWED = (
    "if (disclosure := disclose(DisclosurePolicy.ANNOUNCE)) is not None:",
    "    await wire.speak(disclosure, ear)",
)
HEARD = SpokenNotice("An automated assistant speaks, for Bakery Peeters.", "1", "en", NOON, NOON + timedelta(seconds=4))
BROKEN_OFF = replace(HEARD, ended_at=None)
SAYS_IT = DisclosureAssertion("key_1", NOON, wording="Hello, I am Ada, the bakery's computer.")
NO_MACHINE = DisclosureAssertion("key_1", NOON, reason="our own colleague speaks")


@pytest.mark.costly("a type checker reads the engine, once for all statements")
def test_only_code_with_a_disclosure_type_checks(tmp_path: Path) -> None:
    said = said_of([*(statement for statement, _ in REFUSED), *ALLOWED], PROGRAM, tmp_path)

    for statement, refusal in REFUSED:
        assert any(refusal in line for line in said[statement]), refusal
    assert [said[statement] for statement in ALLOWED] == [[]] * len(ALLOWED)


def test_python_makes_none_either() -> None:
    make: type = Disclosure
    for arguments in ((), ("told",)):
        with pytest.raises(TypeError):
            make(*arguments)


@pytest.mark.parametrize(
    ("policy", "notice", "assertion"),
    [
        (DisclosurePolicy.ANNOUNCE, HEARD, None),
        (DisclosurePolicy.AGENT_SAYS_IT, None, SAYS_IT),
        (DisclosurePolicy.NOT_AI, None, NO_MACHINE),
    ],
)
def test_what_a_policy_asks_for_makes_one_that_keeps_it(
    policy: DisclosurePolicy, notice: SpokenNotice | None, assertion: DisclosureAssertion | None
) -> None:
    disclosure = disclose(policy, notice, assertion)

    assert disclosure is not None
    assert disclosure.record.policy is policy
    assert disclosure.record.notice == notice
    assert disclosure.record.assertion == assertion


@pytest.mark.parametrize(
    ("policy", "notice", "assertion"),
    [
        (DisclosurePolicy.ANNOUNCE, None, None),
        (DisclosurePolicy.ANNOUNCE, BROKEN_OFF, None),
        (DisclosurePolicy.ANNOUNCE, None, SAYS_IT),
        (DisclosurePolicy.AGENT_SAYS_IT, HEARD, None),
        (DisclosurePolicy.AGENT_SAYS_IT, None, NO_MACHINE),
        (DisclosurePolicy.AGENT_SAYS_IT, None, replace(SAYS_IT, asserted_by="")),
        (DisclosurePolicy.NOT_AI, None, None),
        (DisclosurePolicy.NOT_AI, None, SAYS_IT),
    ],
)
def test_anything_less_makes_none(
    policy: DisclosurePolicy, notice: SpokenNotice | None, assertion: DisclosureAssertion | None
) -> None:
    assert disclose(policy, notice, assertion) is None
