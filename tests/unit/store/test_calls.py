"""Calls: every field comes back as it was, on both databases; lists are an account's own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import timedelta, timezone
from decimal import Decimal

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.event import listen, remove

from engine.errors import StoreError
from engine.model.accounts import Account
from engine.model.call import Attempt, Call, Direction, Event, Status, after
from engine.store.call_filter import CallFilter
from engine.store.calls import CallEvent, Calls, EventFilter, NotingEvent
from engine.store.database import Database
from engine.store.outbox import NewCallback
from engine.store.page_cursor import PageCursor
from engine.store.tables.calls import outbox as outbox_rows
from tests.unit.store.samples import NOON, a_call, a_full_call, at


def told(status: str) -> NewCallback:
    return NewCallback("https://customer.example/status", {"CallStatus": status})


@contextmanager
def statements() -> Iterator[list[str]]:
    """What is executed meanwhile."""
    executed: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        executed.append(statement)

    listen(Engine, "before_cursor_execute", note)
    try:
        yield executed
    finally:
        remove(Engine, "before_cursor_execute", note)


async def test_a_call_comes_back_as_it_was(calls: Calls, account: Account) -> None:
    call = a_call(account.id)

    await calls.add(call)

    assert await calls.get(call.id) == call


async def test_every_field_of_a_call_is_kept(calls: Calls, account: Account) -> None:
    parent = a_call(account.id)
    call = a_full_call(account.id, parent.id)
    plain = a_call(account.id)
    same = {field.name for field in fields(Call) if getattr(call, field.name) == getattr(plain, field.name)}
    assert same == {"account_id", "direction", "from_", "to", "start_time", "node"}, "the sample leaves fields out"

    await calls.add(parent)
    await calls.add(call)

    assert await calls.get(call.id) == call


async def test_a_saved_call_comes_back_as_it_is_now(calls: Calls, account: Account) -> None:
    call = a_call(account.id)
    await calls.add(call)
    answered = after(call, Event.ANSWERED, at(2))
    ended = replace(after(answered, Event.HUNG_UP, at(9)), price=Decimal("0.1"), attempts=(Attempt("t", "u", "s"),))

    await calls.save(answered)
    await calls.save(ended)

    assert await calls.get(call.id) == ended


@pytest.mark.parametrize("price", ["0", "0.0001", "0.1", "12345678.9012", "0.30000000000000004"])
async def test_a_price_is_exact(calls: Calls, account: Account, price: str) -> None:
    call = a_call(account.id, price=Decimal(price))

    await calls.add(call)

    stored = await calls.get(call.id)
    assert stored is not None
    assert str(stored.price) == price


async def test_a_time_of_another_zone_comes_back_in_utc(calls: Calls, account: Account) -> None:
    brussels = timezone(timedelta(hours=1))
    call = a_call(account.id, start_time=NOON.astimezone(brussels))

    await calls.add(call)

    stored = await calls.get(call.id)
    assert stored is not None
    assert stored.start_time.isoformat() == NOON.isoformat()


async def test_a_time_without_a_zone_is_refused(calls: Calls, account: Account) -> None:
    with pytest.raises(StoreError, match="no time zone"):
        await calls.add(a_call(account.id, start_time=NOON.replace(tzinfo=None)))


async def test_an_unknown_call_is_none(calls: Calls) -> None:
    assert await calls.get("CA-unknown") is None


async def test_a_call_that_was_never_stored_can_not_be_saved(calls: Calls, account: Account) -> None:
    call = a_call(account.id)

    with pytest.raises(StoreError, match=call.id):
        await calls.save(call)

    assert await calls.get(call.id) is None


async def test_a_call_belongs_to_an_account_that_exists(calls: Calls) -> None:
    with pytest.raises(StoreError, match="did not do as asked"):
        await calls.add(a_call("AC-unknown"))


async def test_a_call_can_not_be_added_twice(calls: Calls, account: Account) -> None:
    call = a_call(account.id)
    await calls.add(call)

    with pytest.raises(StoreError):
        await calls.add(call)

    assert await calls.get(call.id) == call


async def test_another_accounts_calls_never_come_out(calls: Calls, account: Account, stranger: Account) -> None:
    mine, theirs = a_call(account.id), a_call(stranger.id)
    await calls.add(mine)
    await calls.add(theirs)

    assert await calls.find(CallFilter(account.id)) == ([mine], 1)
    assert await calls.find(CallFilter(account.id, from_=theirs.from_, to=theirs.to)) == ([mine], 1)
    assert await calls.find(CallFilter("AC-unknown")) == ([], 0)


async def test_pages_give_every_call_once_newest_first_and_the_total_of_all(calls: Calls, account: Account) -> None:
    stored = [a_call(account.id, start_time=at(number // 2)) for number in range(7)]
    for call in stored:
        await calls.add(call)

    pages = [await calls.find(CallFilter(account.id), page, 3) for page in (1, 2, 3, 4)]

    assert [total for _, total in pages] == [7, 7, 7, 7]
    assert [len(found) for found, _ in pages] == [3, 3, 1, 0]
    found = [call for page, _ in pages for call in page]
    assert found == sorted(stored, key=lambda call: (call.start_time, call.id), reverse=True)


async def test_from_place_to_place_every_call_is_given_once_newest_first(
    calls: Calls, account: Account, stranger: Account
) -> None:
    stored = [a_call(account.id, start_time=at(number // 2)) for number in range(7)]
    for call in (*stored, a_call(stranger.id)):
        await calls.add(call)

    found = await calls.newest(CallFilter(account.id), 3)
    for size in (3, 3):
        place = PageCursor(found[-1].start_time, found[-1].id)
        found += await calls.newest(CallFilter(account.id), size, place)

    assert found == sorted(stored, key=lambda call: (call.start_time, call.id), reverse=True)


async def test_a_page_beyond_all_numbers_is_empty(calls: Calls, account: Account) -> None:
    await calls.add(a_call(account.id))

    assert await calls.find(CallFilter(account.id), 10**30, 100) == ([], 1)


async def test_each_filter_keeps_what_it_names(calls: Calls, account: Account) -> None:
    parent = a_call(account.id, from_="+441632960001", to="+441632960002", status=Status.BUSY, start_time=at(-60))
    child = a_call(account.id, direction=Direction.INBOUND, parent_id=parent.id)
    for call in (parent, child):
        await calls.add(call)

    async def found(**wanted: object) -> list[Call]:
        return (await calls.find(CallFilter(account.id, **wanted)))[0]  # type: ignore[arg-type]

    assert await found(status=Status.BUSY) == [parent]
    assert await found(direction=Direction.INBOUND) == [child]
    assert await found(from_="+441632960001") == [parent]
    assert await found(to=child.to) == [child]
    assert await found(parent_id=parent.id) == [child]
    assert await found(status=Status.BUSY, direction=Direction.INBOUND) == []


async def test_windows_of_time_laid_end_to_end_give_a_call_once(calls: Calls, account: Account) -> None:
    call = a_call(account.id, start_time=NOON)
    await calls.add(call)

    from_noon = await calls.find(CallFilter(account.id, start_time_after=NOON, start_time_before=at(60)))
    until_noon = await calls.find(CallFilter(account.id, start_time_after=at(-60), start_time_before=NOON))

    assert (from_noon, until_noon) == (([call], 1), ([], 0))


async def test_a_nodes_open_calls_are_found(calls: Calls, account: Account) -> None:
    by_status = {status: a_call(account.id, status=status) for status in Status}
    elsewhere = a_call(account.id, node="node-2")
    for call in (*by_status.values(), elsewhere):
        await calls.add(call)

    assert {call.status for call in await calls.open_on("node-1")} == {
        Status.QUEUED,
        Status.RINGING,
        Status.IN_PROGRESS,
    }
    assert await calls.open_on("node-2") == [elsewhere]


async def test_the_children_of_a_call_are_found_oldest_first(calls: Calls, account: Account) -> None:
    parent = a_call(account.id)
    later = a_call(account.id, parent_id=parent.id, start_time=at(9))
    earlier = a_call(account.id, parent_id=parent.id, start_time=at(1))
    for call in (parent, later, earlier):
        await calls.add(call)

    assert await calls.children(parent.id) == [earlier, later]


async def test_events_come_back_in_the_order_noted(calls: Calls, account: Account) -> None:
    call, other = a_call(account.id), a_call(account.id)
    await calls.add(call)
    await calls.add(other)
    await calls.add_event(call.id, "said", {"text": "Goeiedag", "language": "nl-BE"}, at(1))
    await calls.add_event(other.id, "digit", {"digit": "#"}, at(1))
    await calls.add_event(call.id, "digit", {"digit": "4", "seconds": 1.5, "early": None}, at(0))

    events = await calls.events(call.id)
    assert events == [
        CallEvent(events[0].id, call.id, at(1), "said", {"text": "Goeiedag", "language": "nl-BE"}),
        CallEvent(events[1].id, call.id, at(0), "digit", {"digit": "4", "seconds": 1.5, "early": None}),
    ]
    assert await calls.events(call.id, kinds={"digit"}) == events[1:]
    assert await calls.events(call.id, after=events[0].id) == events[1:]
    read = await calls.events_of_account(EventFilter(account.id), 0, up_to=events[1].id, limit=2)
    assert [event.kind for event in read] == ["said", "digit"]


async def test_events_that_are_written_with_other_changes_keep_their_order(calls: Calls, account: Account) -> None:
    call = a_call(account.id)
    await calls.add(call)
    answered = replace(call, status=Status.IN_PROGRESS, answer_time=at(1))

    await calls.write(
        [
            calls.noting(call.id, "status", {"status": "in-progress"}, at(1)),
            calls.saving(answered, stored=call),
            calls.noting(call.id, "said", {"text": "Goeiedag"}, at(2)),
            calls.noting(call.id, "digit", {"digit": "4"}, at(2)),
        ]
    )

    assert [event.kind for event in await calls.events(call.id)] == ["status", "said", "digit"]
    assert await calls.get(call.id) == answered


async def test_a_call_that_changes_several_times_in_a_transaction_is_saved_as_it_is_in_the_end(
    db: Database, calls: Calls, account: Account
) -> None:
    call = a_call(account.id)
    await calls.add(call)
    rings = replace(call, status=Status.RINGING, sip_call_id="1@192.0.2.1")
    answered = replace(rings, status=Status.IN_PROGRESS, answer_time=at(1))

    await calls.write(
        [calls.saving(rings, told("ringing"), stored=call), calls.saving(answered, told("answered"), stored=call)]
    )

    assert await calls.get(call.id) == answered
    rows = await db.rows(select(outbox_rows.c.form).order_by(outbox_rows.c.sequence))
    assert [row["form"]["CallStatus"] for row in rows] == ["ringing", "answered"]


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
@pytest.mark.postgres
async def test_a_call_that_changes_several_times_in_a_transaction_is_updated_once(
    calls: Calls, account: Account
) -> None:
    call = a_call(account.id)
    await calls.add(call)
    rings = replace(call, status=Status.RINGING)

    with statements() as executed:
        await calls.write(
            [calls.saving(rings, stored=call), calls.saving(after(rings, Event.ANSWERED, at(1)), stored=call)]
        )

    assert sum(each.startswith("UPDATE calls") for each in executed) == 1


async def test_an_event_that_cannot_be_stored_keeps_back_what_is_written_with_it(
    calls: Calls, account: Account
) -> None:
    call = a_call(account.id)
    await calls.add(call)

    with pytest.raises(StoreError):
        await calls.write(
            [
                calls.saving(replace(call, status=Status.IN_PROGRESS)),
                calls.noting(call.id, "said", {}, at(1)),
                NotingEvent({"call_id": call.id, "kind": None, "facts": {}, "at": at(1)}),
            ]
        )

    assert await calls.events(call.id) == []
    assert await calls.get(call.id) == call


async def test_an_odd_fact_is_kept_as_text(calls: Calls, account: Account) -> None:
    call = a_call(account.id)
    await calls.add(call)

    await calls.add_event(
        call.id, "odd", {"amount": Decimal("0.10"), "since": NOON, "lone": "\ud800", "nul": "\0"}, NOON
    )

    (event,) = await calls.events(call.id)
    assert event.facts == {"amount": "0.10", "since": str(NOON), "lone": "\ud800", "nul": "\0"}


async def test_a_trunks_calls_are_those_of_all_accounts_newest_first(
    calls: Calls, account: Account, stranger: Account
) -> None:
    owners = (account.id, stranger.id, account.id)
    of_trunk = [a_call(owner, start_time=at(second), trunk="carrier-a") for second, owner in enumerate(owners)]
    for call in (*of_trunk, a_call(account.id, trunk="carrier-b"), a_call(account.id)):
        await calls.add(call)

    assert [each.id for each in await calls.of_trunk("carrier-a", 2)] == [of_trunk[2].id, of_trunk[1].id]
