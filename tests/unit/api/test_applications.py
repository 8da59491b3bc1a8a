"""/applications and /numbers: what answers calls, for the account that they belong to."""

from typing import Any

import pytest

from tests.unit.api.conftest import NUMBER, TO, Site

SHOP = {
    "friendly_name": "shop",
    "url": "https://shop.example/flow",
    "method": "GET",
    "fallback_url": "https://shop.example/other",
    "fallback_method": "GET",
    "status_callback": "https://shop.example/told",
    "status_callback_method": "GET",
    "status_callback_events": ["ringing", "completed"],
}


async def test_an_application_is_made_looked_up_changed_and_removed(site: Site) -> None:
    status, made, answer = await site.request("POST", "applications", json=SHOP)

    path = f"applications/{made['id']}"
    assert (status, answer.headers["Location"]) == (201, f"/v1/voice/{path}")
    assert {name: made[name] for name in SHOP} == SHOP
    assert (await site.request("GET", path))[1] == made
    assert (await site.request("GET", "applications"))[1] == {"applications": [made], "total": 1}

    status, changed, _ = await site.request("PATCH", path, json={"url": None, "friendly_name": "other"})
    assert (status, changed["friendly_name"], "url" in changed) == (200, "other", False)
    assert changed["fallback_url"] == SHOP["fallback_url"]

    assert (await site.request("DELETE", path))[0] == 204
    assert (await site.request("GET", path))[0] == 404
    actions = [row.action async for row in site.services.stores.audit.rows()]
    wanted = ["application.add", "application.change", "application.remove"]
    assert [each for each in actions if each.startswith("application.")] == wanted


async def test_an_application_needs_no_more_than_a_name(site: Site) -> None:
    status, made, _ = await site.request("POST", "applications", json={"friendly_name": "shop"})

    assert (status, made["method"], made["status_callback_events"]) == (201, "POST", [])


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("friendly_name", ""),
        ("url", "shop"),
        ("method", "PUT"),
        ("fallback_url", 1),
        ("status_callback_events", ["answer"]),
        ("colour", "red"),
    ],
)
async def test_what_is_wrong_with_an_application_is_named(site: Site, field: str, wrong: Any) -> None:
    status, problem, _ = await site.request("POST", "applications", json={**SHOP, field: wrong})

    assert status == 422
    assert problem["errors"][0]["field"].startswith(field)
    assert (await site.request("GET", "applications"))[1]["total"] == 0


async def test_a_number_is_listed_looked_up_and_given_an_application(site: Site) -> None:
    _, shop, _ = await site.request("POST", "applications", json=SHOP)
    (number,) = (await site.request("GET", "numbers"))[1]["numbers"]
    path = f"numbers/{number['id']}"

    given = {
        "application_id": shop["id"], "friendly_name": "Office", "url": "https://own.example/",
        "status_callback": "https://own.example/told", "status_callback_events": ["ringing", "completed"],
    }  # fmt: skip
    status, changed, _ = await site.request("PATCH", path, json=given)

    assert (number["number"], status) == (NUMBER, 200)
    assert changed == {**number, **given}
    assert (await site.request("GET", path))[1] == changed
    taking = await site.services.stores.numbers.taking(NUMBER)
    assert taking is not None
    assert taking.url == SHOP["url"]


async def test_a_number_names_no_application_of_another_account(site: Site) -> None:
    other = await site.services.stores.accounts.ensure("other")
    theirs = await site.services.stores.applications.add(other.id, "shop")
    (number,) = (await site.request("GET", "numbers"))[1]["numbers"]

    status, problem, _ = await site.request("PATCH", f"numbers/{number['id']}", json={"application_id": theirs.id})

    assert (status, problem["errors"][0]["field"]) == (422, "application_id")


@pytest.mark.parametrize(("query", "found"), [("number=0100", 1), ("number=0199", 0), ("friendly_name=Office", 0)])
async def test_numbers_are_found_by_what_is_asked_for(site: Site, query: str, found: int) -> None:
    _, answer, _ = await site.request("GET", f"numbers?{query}")

    assert len(answer["numbers"]) == found


async def test_anothers_number_is_nobodys(site: Site) -> None:
    other = await site.services.stores.accounts.ensure("other")
    theirs = await site.services.stores.numbers.add(other.id, "+3225550101")

    assert (await site.request("GET", f"numbers/{theirs.id}"))[0] == 404
    assert (await site.request("PATCH", f"numbers/{theirs.id}", json={"url": None}))[0] == 404


async def test_a_call_is_answered_by_the_application_that_it_names(site: Site) -> None:
    _, shop, _ = await site.request("POST", "applications", json=SHOP)

    order = {"to": TO, "from": NUMBER, "application_id": shop["id"]}
    status, _, _ = await site.request("POST", "calls", json=order)

    (placed,) = site.call_service.orders
    assert status == 201
    assert (placed.url, placed.method, placed.fallback_url) == (SHOP["url"], "GET", SHOP["fallback_url"])
    assert (placed.options.status_callback, placed.options.status_callback_method) == (SHOP["status_callback"], "GET")
    assert placed.options.status_callback_events == ("ringing", "completed")


async def test_a_calls_own_status_callback_comes_before_its_applications(site: Site) -> None:
    _, shop, _ = await site.request("POST", "applications", json=SHOP)

    order = {"to": TO, "from": NUMBER, "application_id": shop["id"], "status_callback": "https://own.example/"}
    await site.request("POST", "calls", json=order)

    options = site.call_service.orders[0].options
    assert (options.status_callback, options.status_callback_events) == ("https://own.example/", None)


async def test_a_call_names_an_application_of_its_account_and_no_url_beside_it(site: Site) -> None:
    _, shop, _ = await site.request("POST", "applications", json=SHOP)
    other = await site.services.stores.accounts.ensure("other")
    theirs = await site.services.stores.applications.add(other.id, "shop")
    order = {"to": TO, "from": NUMBER}

    for given, field in (
        ({"application_id": theirs.id}, "application_id"),
        ({"application_id": shop["id"], "url": "https://own.example/"}, "url"),
        ({"application_id": shop["id"], "flow": "<Response/>"}, "flow"),
    ):
        status, problem, _ = await site.request("POST", "calls", json={**order, **given})
        assert (status, problem["errors"][0]["field"]) == (422, field)
    assert site.call_service.orders == []
