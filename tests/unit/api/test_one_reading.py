"""A request's body is read once: a flow is parsed once and carried, and all that is wrong is told together."""

from typing import Any

import pytest

from engine.flow.document import Document
from engine.flow.manner import ReadingManner
from engine.flow.parse import read_flow
from engine.flow.verbs.hangup import Hangup
from engine.ids import IdKind, new_id
from tests.unit.api.conftest import NUMBER, TO, Site

FLOW = [{"verb": "hangup"}]


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Every flow that is parsed from now on."""
    seen: list[object] = []

    def noting(given: str | list[Any], content_type: str | None, manner: ReadingManner) -> Document:
        seen.append(given)
        return read_flow(given, content_type, manner)

    monkeypatch.setattr("engine.flow.written.read_flow", noting)
    return seen


async def test_the_flow_of_a_new_call_is_parsed_once(site: Site, parsed: list[object]) -> None:
    await site.request("POST", "calls", json={"to": TO, "from": NUMBER, "flow": FLOW})

    assert parsed == [FLOW]
    [order] = site.call_service.orders
    assert order.flow is not None
    assert (order.flow.text, order.flow.document) == ('[{"verb": "hangup"}]', Document((Hangup(),)))


async def test_the_flow_of_a_change_is_parsed_once(site: Site, parsed: list[object]) -> None:
    _, call, _ = await site.request("POST", "calls", json={"to": TO, "from": NUMBER})

    await site.request("PATCH", f"calls/{call['id']}", json={"flow": FLOW})

    assert parsed == [FLOW]


async def test_the_flow_of_whom_a_conference_calls_is_parsed_once(site: Site, parsed: list[object]) -> None:
    _, room, _ = await site.request("POST", "conferences", json={"friendly_name": "standup"})

    await site.request("POST", f"conferences/{room['id']}/participants", json={"to": TO, "from": NUMBER})

    [flow] = parsed
    assert "standup" in str(flow)


async def test_all_that_is_wrong_in_a_change_is_told_at_once(site: Site) -> None:
    body = {
        "flow": "<Response>", "say": {"text": "Dag", "language": "tlh"}, "transfer": {"to": "nobody"},
        "recording": {"action": "stop", "pause_behavior": "skip"},
    }  # fmt: skip

    _, problem, _ = await site.request("PATCH", f"calls/{new_id(IdKind.CALL)}", json=body)

    assert [each["field"] for each in problem["errors"]] == [
        "flow", "say.language", "transfer.to", "recording.pause_behavior",
    ]  # fmt: skip


async def test_all_that_is_wrong_in_a_change_of_a_conference_is_told_at_once(site: Site) -> None:
    body = {"say": {"text": "Dag", "language": "tlh"}, "recording": "stop", "pause_behavior": "skip"}

    _, problem, _ = await site.request("PATCH", f"conferences/{new_id(IdKind.CONFERENCE)}", json=body)

    assert [each["field"] for each in problem["errors"]] == ["say.language", "pause_behavior"]
