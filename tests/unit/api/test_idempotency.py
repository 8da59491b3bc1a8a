"""Idempotency-Key: a request that is sent again is answered again, and carried out once."""

import asyncio

import pytest

from tests.unit.api.conftest import NUMBER, TO, Site

ORDER = {"to": TO, "from": NUMBER}
KEY = {"Idempotency-Key": "order-42"}


async def test_the_same_request_is_answered_the_same_and_makes_one_call(site: Site) -> None:
    first, call, _ = await site.request("POST", "calls", json=ORDER, headers=KEY)
    again, same, response = await site.request("POST", "calls", json=ORDER, headers=KEY)

    assert (first, again) == (201, 201)
    assert same == call
    assert response.headers["Idempotency-Replayed"] == "true"
    assert response.headers["Location"].endswith(call["id"])
    assert len(site.call_service.orders) == 1


async def test_two_that_come_together_make_one_call(site: Site) -> None:
    answers = await asyncio.gather(*(site.request("POST", "calls", json=ORDER, headers=KEY) for _ in range(5)))

    assert {status for status, _, _ in answers} == {201}
    assert len({call["id"] for _, call, _ in answers}) == 1
    assert len(site.call_service.orders) == 1


async def test_another_body_with_the_same_key_is_refused(site: Site) -> None:
    await site.request("POST", "calls", json=ORDER, headers=KEY)

    status, problem, _ = await site.request("POST", "calls", json={**ORDER, "timeout": 9}, headers=KEY)

    assert (status, "Idempotency-Key" in problem["detail"]) == (422, True)
    assert len(site.call_service.orders) == 1


async def test_a_request_that_failed_may_be_sent_again_with_its_key(site: Site) -> None:
    wrong, _, _ = await site.request("POST", "calls", json={**ORDER, "timeout": "long"}, headers=KEY)
    right, _, _ = await site.request("POST", "calls", json=ORDER, headers=KEY)

    assert (wrong, right) == (422, 201)


@pytest.mark.parametrize("key", ["", "with blank", "x" * 256])
async def test_a_key_that_is_none_is_named(site: Site, key: str) -> None:
    status, problem, _ = await site.request("POST", "calls", json=ORDER, headers={"Idempotency-Key": key})

    assert (status, "Idempotency-Key" in problem["detail"]) == (400, True)


async def test_without_a_key_every_request_is_carried_out(site: Site) -> None:
    for _ in range(2):
        await site.request("POST", "calls", json=ORDER)

    assert len(site.call_service.orders) == 2
