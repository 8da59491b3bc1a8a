"""PATCH /calls/{id}: what is asked reaches the service, and what is wrong is named."""

from typing import Any

import pytest

from api.node.clock import SystemClock
from engine.flow.document import Document
from engine.flow.next_step import GoTo, HttpMethod
from engine.flow.verbs.hangup import Hangup
from engine.ids import IdKind, new_id
from engine.live.orders import RecordingAction, Side, TransferMode
from engine.model.call import Status
from engine.model.callback import Callback
from engine.model.queue import Queue
from engine.model.recording_shape import Tracks
from tests.unit.api.conftest import NUMBER, TO, Site


@pytest.fixture
async def call(site: Site) -> str:
    call_id: str = (await site.request("POST", "calls", json={"to": TO, "from": NUMBER}))[1]["id"]
    return call_id


async def test_everything_that_may_be_asked_reaches_the_service(site: Site, call: str) -> None:
    body = {
        "mute": True, "hold": False, "digits": "1w2#", "recording": {"action": "start", "track": "inbound"},
        "say": {"text": "Dag", "language": "nl-be", "to": "both"}, "play": {"url": "https://shop.example/a.wav"},
        "transfer": {"to": TO, "mode": "attended", "timeout": 9}, "url": "https://shop.example/next", "method": "GET",
        "fallback_url": "https://shop.example/spare", "fallback_method": "GET", "time_limit": 600,
        "status_callback": "https://shop.example/status", "status_callback_method": "GET",
        "status_callback_events": ["completed"], "status": "completed",
    }  # fmt: skip

    status, answer, _ = await site.request("PATCH", f"calls/{call}", json=body)

    assert (status, answer["id"]) == (200, call)
    [change] = site.call_service.changes
    assert (change.mute, change.hold, change.digits, change.end) == (True, False, "1w2#", Status.COMPLETED)
    assert change.recording is not None
    assert (change.recording.action, change.recording.plan.tracks) == (RecordingAction.START, Tracks.INBOUND)
    assert change.say is not None
    assert (change.say.language, change.say.to) == ("nl-BE", Side.BOTH)
    assert change.transfer is not None
    assert (change.transfer.mode, change.transfer.timeout_s) == (TransferMode.ATTENDED, 9)
    assert change.start == GoTo("https://shop.example/next", HttpMethod.GET)
    assert change.fallback == GoTo("https://shop.example/spare", HttpMethod.GET)
    assert change.status_callback == Callback("https://shop.example/status", "GET", ("completed",))
    assert change.time_limit_s == 600


async def test_a_flow_may_be_given_itself(site: Site, call: str) -> None:
    await site.request("PATCH", f"calls/{call}", json={"flow": [{"verb": "hangup"}]})

    assert site.call_service.changes[0].start == Document((Hangup(),))


async def test_a_transfer_is_to_a_number_as_people_of_its_own_numbers_country_write_it(site: Site, call: str) -> None:
    await site.request("PATCH", f"calls/{call}", json={"transfer": {"to": "0470 12 34 56"}})

    [change] = site.call_service.changes
    assert change.transfer is not None
    assert change.transfer.to == "+32470123456"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "body"),
        ({"method": "GET"}, "body"),
        ({"mute": "yes"}, "mute"),
        ({"digits": "x"}, "digits"),
        ({"status": "busy"}, "status"),
        ({"recording": {"action": "rewind"}}, "recording.action"),
        ({"recording": {"action": "start", "recording_id": f"RE{'0' * 32}"}}, "recording.recording_id"),
        ({"recording": {"action": "stop", "recording_id": "latest"}}, "recording.recording_id"),
        ({"say": {"text": "x", "language": "tlh"}}, "say.language"),
        ({"say": {}}, "say.text"),
        ({"transfer": {"to": "12"}}, "transfer.to"),
        ({"url": "https://shop.example/x", "flow": "<Response/>"}, "flow"),
        ({"flow": "<Response><Pay/></Response>"}, "flow"),
        ({"fallback_url": "https://shop.example/x"}, "fallback_url"),
        ({"fallback_url": "shop.example/x", "url": "https://shop.example/x"}, "fallback_url"),
        ({"fallback_method": "GET", "url": "https://shop.example/x"}, "fallback_method"),
        ({"status_callback_method": "GET"}, "status_callback_method"),
        ({"status_callback_events": ["completed"]}, "status_callback_events"),
        ({"status_callback": "https://shop.example/x", "status_callback_events": []}, "status_callback_events"),
        ({"time_limit": 0}, "time_limit"),
        ({"nonsense": 1}, "nonsense"),
    ],
)
async def test_what_is_wrong_is_named(site: Site, call: str, body: dict[str, Any], field: str) -> None:
    status, problem, _ = await site.request("PATCH", f"calls/{call}", json=body)

    assert (status, [error["field"] for error in problem["errors"]]) == (422, [field])
    assert site.call_service.changes == []


async def test_anothers_call_is_not_found(site: Site) -> None:
    status, _, _ = await site.request("PATCH", f"calls/CA{0:032x}", json={"mute": True})

    assert status == 404


async def test_a_queue_is_looked_into_and_taking_from_an_empty_one_is_a_conflict(site: Site) -> None:
    account = await site.services.stores.accounts.ensure("demo")
    queue = await site.services.stores.queues.made(
        Queue(new_id(IdKind.QUEUE), account.id, "support", SystemClock().now())
    )

    _, listed, _ = await site.request("GET", "queues")
    _, found, _ = await site.request("GET", f"queues/{queue.id}")
    status, _, _ = await site.request("POST", f"queues/{queue.id}/take", json={"url": "https://shop.example/x"})
    wrong, problem, _ = await site.request("POST", f"queues/{queue.id}/take", json={})

    assert listed["queues"] == [{key: found[key] for key in listed["queues"][0]}]
    assert (found["waiting"], found["members"], found["figures"]["served"]) == (0, [], 0)
    assert status == 409
    assert (wrong, problem["errors"][0]["field"]) == (422, "url")
