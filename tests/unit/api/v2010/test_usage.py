"""/Usage/Records: what calls and recordings were used, by the days that are asked for."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from api.http.v2010.usage_days import UsageDays, days_asked
from engine.model.call import Direction, Status
from engine.model.usage import CATEGORIES
from tests.unit.api.v2010.conftest import Program
from tests.unit.store.samples import a_call

TODAY = date(2026, 11, 30)
MADE = date(2026, 1, 15)


async def had_a_call(program: Program, at: datetime, price: str = "0.0123") -> None:
    end = at + timedelta(seconds=61)
    await program.site.services.stores.calls.add(
        a_call(
            program.account.id,
            direction=Direction.OUTBOUND,
            status=Status.COMPLETED,
            start_time=at,
            answer_time=at,
            end_time=end,
            price=Decimal(price),
        )
    )


async def test_each_category_is_told_with_its_minutes_and_its_price(program: Program) -> None:
    await had_a_call(program, datetime.now(UTC))

    _, page = await program.get("Usage/Records")

    records = {each["category"]: each for each in page["usage_records"]}
    assert [*records] == [each.name for each in CATEGORIES]
    calls = records["calls"]
    assert (calls["count"], calls["usage"], calls["price"], calls["usage_unit"]) == ("1", "2", "0.0123", "minutes")
    assert (records["calls-inbound"]["count"], records["calls-inbound"]["price"]) == ("0", "0")
    assert (records["totalprice"]["usage"], records["totalprice"]["price_unit"]) == ("0.0123", "eur")
    assert (await program.ask("GET", calls["uri"]))[1]["usage_records"] == [{**calls, "as_of": calls["as_of"]}]


@pytest.mark.parametrize(
    ("name", "found"),
    [("AllTime", 1), ("Today", 1), ("Yesterday", 1), ("ThisMonth", 1), ("LastMonth", 1), ("Daily", 1), ("Monthly", 1)],
)
async def test_a_subresource_names_its_days(program: Program, name: str, found: int) -> None:
    await had_a_call(program, datetime.now(UTC))

    _, page = await program.get(f"Usage/Records/{name}", Category="calls")

    assert len(page["usage_records"]) == found
    assert page["usage_records"][0]["count"] == ("0" if name in ("Yesterday", "LastMonth") else "1")


async def test_days_with_nothing_are_not_listed_and_the_latest_comes_first(program: Program) -> None:
    now = datetime.now(UTC)
    for days in (0, 3):
        await had_a_call(program, now - timedelta(days=days))

    _, page = await program.get("Usage/Records/Daily", Category="calls-outbound", StartDate="-3days")

    begun = [each["start_date"] for each in page["usage_records"]]
    assert begun == [now.date().isoformat(), (now.date() - timedelta(days=3)).isoformat()]
    assert all(each["start_date"] == each["end_date"] for each in page["usage_records"])


async def test_records_are_paged_through(program: Program) -> None:
    seen = []
    _, page = await program.get("Usage/Records", PageSize="4")
    while True:
        seen += [each["category"] for each in page["usage_records"]]
        if page["next_page_uri"] is None:
            break
        _, page = await program.ask("GET", page["next_page_uri"])

    assert seen == [each.name for each in CATEGORIES]


async def test_what_is_no_day_is_refused_by_name(program: Program) -> None:
    status, error = await program.get("Usage/Records", StartDate="last week")

    assert (status, error["code"]) == (400, 20001)
    assert "StartDate" in error["message"]


@pytest.mark.parametrize(
    ("name", "query", "days"),
    [
        ("", {}, (MADE, TODAY)),
        ("Daily", {"StartDate": "2026-11-01", "EndDate": "2026-11-02"}, (date(2026, 11, 1), date(2026, 11, 2))),
        ("", {"StartDate": "-1day"}, (TODAY - timedelta(days=1), TODAY)),
        ("LastMonth", {}, (date(2026, 10, 1), date(2026, 10, 31))),
        ("Yesterday", {"StartDate": "2026-01-01"}, (TODAY - timedelta(days=1), TODAY - timedelta(days=1))),
    ],
)
def test_days_are_those_that_are_named_or_asked_for(name: str, query: dict[str, str], days: tuple[date, date]) -> None:
    assert days_asked(query, name, MADE, TODAY) == UsageDays(*days)
