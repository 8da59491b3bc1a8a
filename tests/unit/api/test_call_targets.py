"""Orders of calls to SIP addresses and clients: what reaches the service, what is shown, and what is refused."""

from typing import Any

import pytest

from tests.unit.api.conftest import NUMBER, TO, Site

DESK = "sip:desk@example.com;transport=tls"


async def test_all_that_goes_with_a_sip_address_reaches_the_service(site: Site) -> None:
    body = {
        "to": f"{DESK}?X-Order=7", "from": NUMBER, "sip_username": "shop", "sip_password": "hunter2",
        "sip_headers": {"X-Site": "Ghent"},
    }  # fmt: skip

    status, _, _ = await site.request("POST", "calls", json=body)

    [order] = site.call_service.orders
    assert (status, order.to, order.sip_password) == (201, DESK, "hunter2")
    assert order.options.sip_username == "shop"
    assert order.options.sip_headers == (("X-Order", "7"), ("X-Site", "Ghent"))
    assert "hunter2" not in repr(order)


async def test_the_call_shows_all_but_the_password(site: Site) -> None:
    body = {
        "to": f"{DESK}?X-Order=7", "from": NUMBER, "sip_username": "shop", "sip_password": "hunter2",
        "sip_headers": {"X-Order": "8", "X-Site": "Ghent"},
    }  # fmt: skip

    _, placed, response = await site.request("POST", "calls", json=body)
    _, call, _ = await site.request("GET", f"calls/{placed['id']}")

    assert "hunter2" not in await response.text()
    assert (call["to"], call["sip_username"]) == (DESK, "shop")
    assert call["sip_headers"] == {"X-Order": "7, 8", "X-Site": "Ghent"}


async def test_a_client_is_ordered_with_its_parameters_and_headers(site: Site) -> None:
    body = {"to": "client:alice?tier=gold", "from": NUMBER, "sip_headers": {"X-Site": "Ghent"}}

    await site.request("POST", "calls", json=body)

    [order] = site.call_service.orders
    assert (order.to, order.options.sip_headers) == ("client:alice", (("X-Param-tier", "gold"), ("X-Site", "Ghent")))


async def test_a_conference_calls_a_sip_address_in_with_the_same(site: Site) -> None:
    _, room, _ = await site.request("POST", "conferences", json={"friendly_name": "board"})
    body = {"to": f"{DESK}?X-Order=7", "from": NUMBER, "sip_username": "shop", "sip_password": "hunter2"}

    status, _, _ = await site.request("POST", f"conferences/{room['id']}/participants", json=body)

    [order] = site.call_service.orders
    assert (status, order.to, order.sip_password) == (201, DESK, "hunter2")
    assert (order.options.sip_username, order.options.sip_headers) == ("shop", (("X-Order", "7"),))


@pytest.mark.parametrize(
    ("given", "written"),
    [(f"SIP:{DESK[4:]}?X-Order=7", f"{DESK}?X-Order=7"), ("client:alice?tier=gold", "client:alice?tier=gold")],
)
async def test_a_transfer_goes_there_too(site: Site, given: str, written: str) -> None:
    _, call, _ = await site.request("POST", "calls", json={"to": TO, "from": NUMBER})

    await site.request("PATCH", f"calls/{call['id']}", json={"transfer": {"to": given}})

    [change] = site.call_service.changes
    assert change.transfer is not None
    assert change.transfer.to == written


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"to": "sip:"}, ["to"]),
        ({"to": "sip:desk:hunter2@example.com"}, ["to"]),
        ({"to": "client:"}, ["to"]),
        ({"to": f"{DESK}?Via=x"}, ["to"]),
        ({"sip_headers": {"Via": "x"}}, ["sip_headers"]),
        ({"sip_headers": {"X-A": "1\r\nVia: x"}}, ["sip_headers"]),
        ({"sip_headers": {f"X-{at}": "1" for at in range(21)}}, ["sip_headers"]),
        ({"to": f"{DESK}?X-A={'x' * 600}", "sip_headers": {"X-B": "x" * 600}}, ["sip_headers"]),
        ({"sip_headers": {"X-A": 1}}, ["sip_headers.X-A"]),
        ({"sip_password": "hunter2"}, ["sip_password"]),
        ({"sip_username": ""}, ["sip_username"]),
        ({"sip_username": "shop", "sip_password": ["hunter2"]}, ["sip_password"]),
        ({"to": TO, "sip_username": "a", "sip_password": "hunter2"}, ["sip_username", "sip_password"]),
        ({"to": "client:alice", "sip_username": "a", "sip_password": "hunter2"}, ["sip_username", "sip_password"]),
        ({"to": TO, "sip_headers": {"X-A": "1"}}, ["sip_headers"]),
    ],
)
async def test_what_can_not_be_sent_is_named(site: Site, change: dict[str, Any], fields: list[str]) -> None:
    status, problem, _ = await site.request("POST", "calls", json={"to": DESK, "from": NUMBER, **change})

    assert (status, [error["field"] for error in problem["errors"]]) == (422, fields)
    assert "hunter2" not in str(problem)
    assert site.call_service.orders == []
