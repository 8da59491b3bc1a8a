"""Call policies as rows, and what the rows of calls say has been used."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from engine.errors import InvalidField
from engine.model.accounts import Account
from engine.model.call import Call, Direction, Status
from engine.model.call_policy import CallPolicy, PlacedPolicy, PolicyLevel, PolicyPlace
from engine.model.call_policy.used import Spent
from engine.store.calls import Calls
from engine.store.calls_used import CallsUsed
from engine.store.database import Database
from engine.store.policies import Policies
from tests.unit.store.samples import NOON, a_call, at

NODE = PolicyPlace(PolicyLevel.NODE)
NUMBER = PolicyPlace(PolicyLevel.NUMBER, "+3225550100")


@pytest.fixture
def policies(db: Database) -> Policies:
    return Policies(db)


@pytest.fixture
def used(db: Database) -> CallsUsed:
    return CallsUsed(db)


def ended(account: Account, seconds: float, price: str, **facts: object) -> Call:
    times = {"answer_time": at(2), "end_time": at(2 + seconds), "status": Status.COMPLETED}
    return a_call(account.id, price=Decimal(price), **{**times, **facts})


async def test_a_policy_is_changed_by_its_fields_and_found_by_its_level(policies: Policies) -> None:
    await policies.set(NODE, {"calls_at_once": 5, "countries": ["be"]})
    await policies.set(NODE, {"calls_at_once": None, "calls_a_second": 2})
    await policies.set(NUMBER, {"minutes_a_day": 3})

    assert await policies.of((NODE,)) == (
        PlacedPolicy(NODE, CallPolicy(countries=frozenset({"be"}), calls_a_second=2)),
    )
    assert {each.place for each in await policies.of((NODE, NUMBER))} == {NODE, NUMBER}
    assert len(await policies.all()) == 2


async def test_a_wrong_field_changes_nothing(policies: Policies) -> None:
    await policies.set(NODE, {"calls_at_once": 5})

    with pytest.raises(InvalidField):
        await policies.set(NODE, {"calls_at_once": 6, "countries": ["belgium"]})

    assert (await policies.all())[0].policy == CallPolicy(calls_at_once=5)


async def test_a_policy_is_removed_once(policies: Policies) -> None:
    await policies.set(NODE, {"calls_at_once": 5})

    assert (await policies.remove(NODE), await policies.remove(NODE)) == (True, False)
    assert await policies.of((NODE,)) == ()


async def test_time_and_money_are_added_up_for_each_level(
    used: CallsUsed, calls: Calls, account: Account, stranger: Account
) -> None:
    parent = ended(account, 50, "0", direction=Direction.INBOUND, to=NUMBER.subject)
    for call in (
        parent,
        ended(account, 10, "0.1000", from_=NUMBER.subject),
        ended(account, 20, "0.2000", parent_id=parent.id),
        ended(account, 30, "0.0301", key_id="SK1"),
        ended(account, 40, "1.0000", start_time=NOON - timedelta(days=1)),
        a_call(account.id),
        ended(stranger, 60, "9.0000"),
    ):
        await calls.add(call)

    found = [
        await used.spent(place, NOON)
        for place in (
            NODE,
            PolicyPlace(PolicyLevel.ACCOUNT, account.id),
            NUMBER,
            PolicyPlace(PolicyLevel.KEY, "SK1"),
            PolicyPlace(PolicyLevel.KEY, "SK2"),
        )
    ]

    assert found == [
        Spent(120, Decimal("9.3301")),
        Spent(60, Decimal("0.3301")),
        Spent(30, Decimal("0.3000")),
        Spent(30, Decimal("0.0301")),
        Spent(),
    ]


async def test_calls_that_go_on_on_other_nodes_are_told_with_how_long_they_have(
    db: Database, used: CallsUsed, calls: Calls, account: Account, stranger: Account
) -> None:
    answered = {"status": Status.IN_PROGRESS, "answer_time": datetime.now(UTC) - timedelta(minutes=5)}
    for call in (
        a_call(account.id, node="node-2", **answered),
        a_call(account.id, node="node-1", **answered),
        a_call(account.id, node="node-2"),
        a_call(account.id, node="node-2", direction=Direction.INBOUND, **answered),
        a_call(stranger.id, node="node-2", **answered),
    ):
        await calls.add(call)

    told = await used.elsewhere(PolicyPlace(PolicyLevel.ACCOUNT, account.id), "node-1")

    assert [to for to, _ in told] == (["+31205550142"] if db.is_shared else []), "a file has one node"
    assert all(299 < seconds < 360 for _, seconds in told)


async def test_short_calls_are_counted_among_those_that_were_answered(
    used: CallsUsed, calls: Calls, account: Account
) -> None:
    for seconds in (1, 5.9, 6, 60):
        await calls.add(ended(account, seconds, "0"))
    await calls.add(a_call(account.id, status=Status.FAILED, end_time=at(1)))

    assert await used.lengths(PolicyPlace(PolicyLevel.ACCOUNT, account.id), NOON, 6) == (4, 2)


async def test_a_country_was_reached_where_a_call_was_answered(
    used: CallsUsed, calls: Calls, account: Account, stranger: Account
) -> None:
    await calls.add(a_call(account.id, to="+4930123456", status=Status.FAILED))
    await calls.add(ended(account, 1, "0", to="+31205550142"))

    assert await used.has_reached(account.id, "+31612345678")
    assert not await used.has_reached(account.id, "+493023125001")
    assert not await used.has_reached(stranger.id, "+31612345678")
