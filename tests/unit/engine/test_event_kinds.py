"""The table of event kinds has what the code notes on calls, and nothing else; docs/events.md is made from it."""

import ast
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

import pytest

from engine.model.conference import ParticipantChange
from engine.page_tables import renewed
from engine.webhooks.payloads.event_reference import tables
from engine.webhooks.payloads.events import EVENTS, EventGroup, EventKind
from engine.webhooks.payloads.parameters import Privacy
from tests.unit.promises.sources import sources

pytestmark = pytest.mark.promise

CHECKOUT: Final = Path(__file__).resolve().parents[3]
PAGE: Final = (CHECKOUT / "docs" / "events.md").read_text("utf-8")
NOTING: Final = {"note", "note_event", "add_event", "event"}
HANDED_ON: Final = {
    "engine/live/calls/actions.py",
    "engine/live/session/far_end_keys.py",
    "engine/live/session/call_of_leg.py",
    "engine/webhooks/sender.py",
}
"""Here a kind that was named elsewhere is handed on, or something else is noted."""
CHANGES: Final = frozenset(field.name for field in fields(ParticipantChange))


@dataclass(frozen=True)
class Noted:
    """One place in the code that notes an event: the kinds that it may note, and the facts."""

    source: str
    kinds: frozenset[str]
    facts: frozenset[str]


def noted_in(path: Path) -> Iterator[Noted]:
    module = ast.parse(path.read_text("utf-8"))
    for function in ast.walk(module):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for call in _own_calls(function):
                yield _noted(call, function, module, path.relative_to(CHECKOUT).as_posix())


def _own_calls(function: ast.AST) -> Iterator[ast.Call]:
    for node in ast.iter_child_nodes(function):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if isinstance(node, ast.Call) and node.args and _name(node.func) in NOTING:
            yield node
        yield from _own_calls(node)


def _noted(call: ast.Call, function: ast.AST, module: ast.Module, source: str) -> Noted:
    """Its kind comes first; where the store is asked, after the call's id, and the facts are one value."""
    kinds, facts = _either(call.args[0]), [each.value for each in call.keywords if each.arg is None]
    if len(call.args) == 4:
        kinds, facts = _either(call.args[1]), [call.args[2]]
    named = {each.arg for each in call.keywords if each.arg is not None}
    return Noted(source, kinds, frozenset(named.union(*(_keys(each, function, module) for each in facts))))


def _either(expression: ast.expr) -> frozenset[str]:
    match expression:
        case ast.Constant(value=str(word)):
            return frozenset({word})
        case ast.IfExp(body=one, orelse=other):
            return _either(one) | _either(other)
    return frozenset()


def _keys(facts: ast.expr, function: ast.AST, module: ast.Module) -> frozenset[str]:
    """The names of facts that are given as a dictionary: written here, kept in a variable, or made by a function."""
    if isinstance(facts, ast.Call):
        return CHANGES if _name(facts.func) == "differences" else _made_by(_name(facts.func), module)
    names = {node.id for node in ast.walk(facts) if isinstance(node, ast.Name)}
    values = [
        node.value
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and any(isinstance(to, ast.Name) and to.id in names for to in node.targets)
    ]
    return frozenset[str]().union(
        *(_keys(each, function, module) if isinstance(each, ast.Call) else _words(each) for each in values)
    )


def _made_by(function: str, module: ast.Module) -> frozenset[str]:
    told = [ast.parse(path.read_text("utf-8")) for path in (CHECKOUT / "engine" / "webhooks" / "payloads").glob("*.py")]
    made = next(
        node
        for each in [module, *told]
        for node in each.body
        if isinstance(node, ast.FunctionDef) and node.name == function
    )
    return frozenset[str]().union(*(_words(node) for node in ast.walk(made) if isinstance(node, ast.Dict)))


def _words(expression: ast.expr) -> frozenset[str]:
    return frozenset(
        node.value for node in ast.walk(expression) if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


@pytest.fixture(scope="module")
def noted() -> list[Noted]:
    return [each for path in sources(packages=("engine", "api", "sip")) for each in noted_in(path)]


def test_every_kind_that_is_noted_is_in_the_table_with_its_facts_and_no_other(noted: list[Noted]) -> None:
    written: Mapping[str, set[str]] = defaultdict(set)
    for each in noted:
        for kind in each.kinds:
            written[kind] |= each.facts

    assert {kind.name: {fact.name for fact in kind.facts} for kind in EVENTS} == written


def test_what_is_noted_says_its_kind_in_a_word(noted: list[Noted]) -> None:
    assert {each.source for each in noted if not each.kinds} == HANDED_ON


def test_no_kind_and_no_fact_of_a_kind_stands_twice_in_the_table() -> None:
    assert Counter(kind.name for kind in EVENTS).most_common(1)[0][1] == 1
    assert all(len({fact.name for fact in kind.facts}) == len(kind.facts) for kind in EVENTS)


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.name)
def test_a_text_and_a_key_that_somebody_presses_are_content(kind: EventKind) -> None:
    content = {fact.name for fact in kind.facts if fact.privacy in (Privacy.SPEECH, Privacy.KEYS)}

    assert content == {fact.name for fact in kind.facts} & ({"text", "digit"} if kind.name == "digit" else {"text"})


def test_the_page_has_the_tables_of_the_product() -> None:
    command = "python -m engine.webhooks.payloads.event_reference docs/events.md"

    assert renewed(PAGE, tables()) == PAGE, f"renew them: {command}"


@pytest.mark.parametrize("group", EventGroup)
def test_every_group_of_kinds_has_its_table_on_the_page(group: EventGroup) -> None:
    assert PAGE.count(f"<!-- made from the declarations: {group} -->") == 1
