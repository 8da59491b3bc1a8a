"""Queues, and who waits in them, as programs of /2010-04-01 have them."""

from datetime import UTC, datetime, timedelta

import pytest

from engine.ids import IdKind, new_id
from engine.model.call import Call, Direction
from engine.model.call_options import CallOptions
from engine.model.queue import Queue, Wait
from tests.unit.api.conftest import NUMBER, TO, Site
from tests.unit.api.v2010.conftest import Program


async def a_wait(program: Program, queue_id: str, *, for_s: int, priority: int = 0) -> Wait:
    since = datetime.now(UTC) - timedelta(seconds=for_s)
    call = Call.begun(
        Direction.INBOUND, TO, NUMBER, CallOptions(), account_id=program.account.id, at=since, node="node-1"
    )
    await program.site.call_service.calls.add(call)
    wait = Wait(new_id(IdKind.QUEUE_WAIT), queue_id, call.id, priority, since)
    await program.site.services.stores.queues.entered(wait)
    return wait


async def a_queue(program: Program, name: str = "support") -> str:
    return str((await program.post("Queues", {"FriendlyName": name}))[1]["sid"])


async def test_a_queue_is_made_and_seen_by_both_doors(program: Program) -> None:
    status, queue = await program.post("Queues", {"FriendlyName": "support"})

    assert (status, queue["friendly_name"], queue["current_size"]) == (201, "support", 0)
    assert (await program.get(f"Queues/{queue['sid']}"))[1] == queue
    assert (await program.site.request("GET", f"queues/{queue['sid']}"))[1]["friendly_name"] == "support"


async def test_a_queue_is_made_at_v1_once(site: Site) -> None:
    status, queue, response = await site.request("POST", "queues", json={"friendly_name": "support"})
    again, problem, _ = await site.request("POST", "queues", json={"friendly_name": "support"})

    assert (status, queue["waiting"], response.headers["Location"]) == (201, 0, f"/v1/voice/queues/{queue['id']}")
    assert again == 409
    assert queue["id"] in problem["detail"]


@pytest.mark.parametrize(
    ("form", "status", "code"),
    [
        ({}, 400, 20001),
        ({"FriendlyName": ""}, 400, 20001),
        ({"FriendlyName": "s" * 129}, 400, 20001),
        ({"FriendlyName": "support", "MaxSize": "7"}, 400, 20001),
        ({"FriendlyName": "there"}, 409, 20409),
    ],
)
async def test_what_is_wrong_with_a_new_one_has_a_number(
    program: Program, form: dict[str, str], status: int, code: int
) -> None:
    await a_queue(program, "there")

    answer, error = await program.post("Queues", form)

    assert (answer, error["code"]) == (status, code)


async def test_queues_are_paged_through(program: Program) -> None:
    made = sorted([f"queue {at}" for at in range(5)])
    for name in made:
        await a_queue(program, name)

    seen = []
    _, page = await program.get("Queues", PageSize="2")
    while True:
        seen += [queue["friendly_name"] for queue in page["queues"]]
        if page["next_page_uri"] is None:
            break
        _, page = await program.ask("GET", page["next_page_uri"])

    assert seen == made


async def test_who_waits_is_told_in_the_order_of_being_served(program: Program) -> None:
    queue = await a_queue(program)
    first, second = await a_wait(program, queue, for_s=60), await a_wait(program, queue, for_s=30)
    urgent = await a_wait(program, queue, for_s=10, priority=5)

    _, page = await program.get(f"Queues/{queue}/Members")
    _, front = await program.get(f"Queues/{queue}/Members/Front")
    _, whole = await program.get(f"Queues/{queue}")

    members = page["queue_members"]
    assert [each["call_sid"] for each in members] == [urgent.call_id, first.call_id, second.call_id]
    assert [each["position"] for each in members] == [1, 2, 3]
    assert front["call_sid"] == urgent.call_id
    assert 60 <= members[1]["wait_time"] < 120
    assert (whole["current_size"], whole["average_wait_time"] >= 33) == (3, True)


async def test_who_waits_is_paged_through_by_number(program: Program) -> None:
    queue = await a_queue(program)
    waits = [await a_wait(program, queue, for_s=60 - at, priority=at) for at in range(3)]

    _, page = await program.get(f"Queues/{queue}/Members", PageSize="2")
    _, rest = await program.ask("GET", page["next_page_uri"])

    seen = [each["call_sid"] for each in (*page["queue_members"], *rest["queue_members"])]
    assert seen == [each.call_id for each in reversed(waits)]


async def test_a_call_is_taken_out_by_the_same_order(program: Program) -> None:
    queue = await a_queue(program)
    await a_wait(program, queue, for_s=60)

    status, error = await program.post(f"Queues/{queue}/Members/Front", {"Url": "https://shop.example/next"})

    assert (status, error["code"]) == (409, 20409), "nobody waits on this node"


@pytest.mark.parametrize("form", [{}, {"Url": "next"}])
async def test_a_call_is_taken_out_to_a_url(program: Program, form: dict[str, str]) -> None:
    queue = await a_queue(program)
    await a_wait(program, queue, for_s=60)

    status, error = await program.post(f"Queues/{queue}/Members/Front", form)

    assert (status, error["code"]) == (400, 21205)


@pytest.mark.parametrize("who", ["Front", f"CA{'0' * 32}", "front"])
async def test_nobody_is_found_in_an_empty_queue(program: Program, who: str) -> None:
    status, error = await program.get(f"Queues/{await a_queue(program)}/Members/{who}")

    assert (status, error["code"]) == (404, 20404)


async def test_a_queue_is_renamed_and_deleted_by_the_same_orders(program: Program) -> None:
    queue = await a_queue(program)

    await program.post(f"Queues/{queue}", {"FriendlyName": "help"})
    await program.ask("DELETE", f"{program.place(f'Queues/{queue}')}.json")
    status, unchanged = await program.post(f"Queues/{queue}", {})

    assert program.site.call_service.queue_changes == [(queue, "help"), (queue, None)]
    assert (status, unchanged["friendly_name"]) == (200, "support"), "nothing is changed by nothing"


async def test_a_queue_of_another_account_is_not_found(program: Program) -> None:
    stores = program.site.services.stores
    other = await stores.accounts.ensure("other")
    theirs = await stores.queues.made(Queue(new_id(IdKind.QUEUE), other.id, "theirs", datetime.now(UTC)))

    for path in ("", "/Members", "/Members/Front"):
        assert (await program.get(f"Queues/{theirs.id}{path}"))[0] == 404
