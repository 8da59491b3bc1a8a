"""Applications: one account each, and the numbers that name them."""

from datetime import UTC, datetime, timedelta

import pytest

from engine.model.accounts import Account
from engine.store.applications import Applications
from engine.store.database import Database
from engine.store.numbers import Numbers
from engine.store.page_cursor import PageCursor

OFFICE = "+3225550199"
NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.fixture
def applications(db: Database) -> Applications:
    moments = iter(NOON + timedelta(seconds=each) for each in range(100))
    return Applications(db, lambda: next(moments))


async def test_an_application_comes_back_as_it_was(applications: Applications, account: Account) -> None:
    added = await applications.add(
        account.id, "shop", url="https://a.example/", method="GET", status_callback_events=("ringing", "completed")
    )

    assert await applications.get(added.id) == added
    assert added.id.startswith("AP")
    assert (added.method, added.fallback_method, added.status_callback) == ("GET", "POST", None)


async def test_an_account_sees_its_own_newest_first_and_page_by_page(
    applications: Applications, account: Account, stranger: Account
) -> None:
    first, second, third = [await applications.add(account.id, name) for name in ("one", "two", "three")]
    await applications.add(stranger.id, "one")

    assert await applications.find(account.id) == ([third, second, first], 3)
    assert await applications.find(account.id, "one") == ([first], 1)
    place = PageCursor(third.created_at, third.id)
    assert (await applications.find(account.id, page_size=1, place=place))[0] == [second]


async def test_a_change_leaves_what_it_does_not_name(applications: Applications, account: Account) -> None:
    added = await applications.add(account.id, "shop", url="https://a.example/", fallback_url="https://b.example/")

    changed = await applications.change(added, {"url": None, "friendly_name": "other"})

    assert await applications.get(added.id) == changed
    assert (changed.url, changed.friendly_name, changed.fallback_url) == (None, "other", "https://b.example/")
    assert changed.updated_at > added.updated_at


async def test_a_number_is_answered_by_the_application_that_it_names(
    applications: Applications, numbers: Numbers, account: Account
) -> None:
    told = {"status_callback": "https://shop.example/told", "status_callback_events": ("completed",)}
    shop = await applications.add(account.id, "shop", url="https://shop.example/", method="GET", **told)
    own = await numbers.add(account.id, OFFICE, url="https://own.example/", fallback_url="https://own.example/other")

    named = await numbers.change(own, {"application_id": shop.id})

    answering = await numbers.taking(OFFICE)
    assert answering is not None
    assert (answering.url, answering.method, answering.fallback_url) == ("https://shop.example/", "GET", None)
    assert (answering.options.status_callback, answering.options.language) == (told["status_callback"], "en-GB")
    assert answering.options.status_callback_events == ("completed",)
    assert await numbers.get(OFFICE) == named
    assert named.url == "https://own.example/"
    assert await numbers.webhooks() == ["https://shop.example/", "https://shop.example/told"]


async def test_a_number_falls_back_to_its_own_url_when_its_application_is_removed(
    applications: Applications, numbers: Numbers, account: Account
) -> None:
    shop = await applications.add(account.id, "shop", url="https://shop.example/")
    own = await numbers.add(account.id, OFFICE, url="https://own.example/", application_id=shop.id)

    assert await applications.remove(shop.id)
    assert not await applications.remove(shop.id)

    answering = await numbers.taking(OFFICE)
    assert answering is not None
    assert (answering.url, answering.application_id) == (own.url, None)


async def test_an_application_of_another_account_answers_nothing(
    applications: Applications, numbers: Numbers, account: Account, stranger: Account
) -> None:
    theirs = await applications.add(stranger.id, "shop", url="https://theirs.example/")
    await numbers.add(account.id, OFFICE, url="https://own.example/", application_id=theirs.id)

    answering = await numbers.taking(OFFICE)

    assert answering is not None
    assert answering.url == "https://own.example/"
