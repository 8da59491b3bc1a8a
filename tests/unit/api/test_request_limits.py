"""Limits of requests: what clients are told, who is refused, and that one does not suffer for another."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

import pytest

from api.http.contract import BASE_PATH
from api.http.problems import QuotaExceeded
from api.http.request_limits import WINDOW_S, ApiLimits, OpenAtOnce, RequestLimits
from engine.ids import IdKind, new_id
from tests.unit.api.conftest import Site
from tests.unit.rest_services import answering

UNKNOWN = "SK" + "a" * 40


@dataclass(slots=True)
class Limited:
    """An interface with limits, whose time is what a test says it is."""

    site: Site
    address: str
    now_s: float = 10_000.0

    async def ask(self, path: str = "calls", key: str | None = None) -> tuple[int, Any, Any]:
        """Status, problem or body, and headers."""
        url = f"{self.address}{path}" if path.startswith("/") else f"{self.address}{BASE_PATH}/{path}"
        async with self.site.client.get(url, headers={"X-API-Key": self.site.key if key is None else key}) as response:
            body = await response.json(content_type=None) if "json" in response.content_type else None
            return response.status, body, response.headers


Opened = Callable[[ApiLimits], Any]


@pytest.fixture
def limited(site: Site) -> Opened:
    @asynccontextmanager
    async def opened(limits: ApiLimits) -> AsyncIterator[Limited]:
        made = Limited(site, "")
        services = replace(site.services, limits=RequestLimits(limits, lambda: made.now_s))
        async with answering(services) as made.address:
            made.now_s += 3600
            yield made

    return opened


async def test_each_answer_says_what_is_left_of_the_nearest_limit(limited: Opened) -> None:
    async with limited(ApiLimits(per_key_s=2, per_address_s=5)) as one:
        _, _, first = await one.ask()
        _, _, second = await one.ask()

    assert first["RateLimit-Policy"] == '"key";q=20;w=10, "address";q=50;w=10'
    assert (first["RateLimit"], second["RateLimit"]) == ('"key";r=19;t=1', '"key";r=18;t=1')


async def test_a_key_that_asks_too_much_is_refused_until_it_has_waited(limited: Opened) -> None:
    async with limited(ApiLimits(per_key_s=1, per_address_s=0)) as one:
        statuses = [(await one.ask())[0] for _ in range(WINDOW_S)]
        status, problem, headers = await one.ask()
        one.now_s += int(headers["Retry-After"])
        again, _, _ = await one.ask()

    assert set(statuses) == {200}
    assert (status, again) == (429, 200)
    assert problem["type"] == "https://iana.org/assignments/http-problem-types#quota-exceeded"
    assert problem["violated-policies"] == ["key"]
    assert headers["RateLimit"] == '"key";r=0;t=1'


async def test_another_key_of_the_same_account_is_answered_meanwhile(limited: Opened, site: Site) -> None:
    account = await site.services.stores.accounts.ensure("demo")
    _, other = await site.services.stores.accounts.create_key(account.id)

    async with limited(ApiLimits(per_key_s=1, per_address_s=0)) as one:
        for _ in range(WINDOW_S):
            await one.ask()

        assert (await one.ask())[0] == 429
        assert (await one.ask(key=other))[0] == 200


async def test_an_address_is_refused_with_whatever_key_and_for_whatever_it_asks(limited: Opened) -> None:
    async with limited(ApiLimits(per_address_s=1, wrong_keys=0)) as one:
        for _ in range(WINDOW_S):
            await one.ask(key=UNKNOWN)

        for path in ("calls", "/healthz", "/openapi.json"):
            status, problem, _ = await one.ask(path)
            assert (status, problem["violated-policies"]) == (429, ["address"])


async def test_wrong_keys_let_an_address_wait_and_each_time_longer(limited: Opened) -> None:
    async with limited(ApiLimits(wrong_keys=2)) as one:
        assert [(await one.ask(key=UNKNOWN))[0] for _ in range(3)] == [401, 401, 401]
        waits = []
        for _ in range(4):
            status, problem, headers = await one.ask(key=UNKNOWN)
            assert (status, problem["violated-policies"]) == (429, ["wrong-keys"])
            waits.append(int(headers["Retry-After"]))
            one.now_s += waits[-1]
            assert (await one.ask(key=UNKNOWN))[0] == 401

    assert waits == [1, 2, 4, 8]


async def test_who_waits_is_not_told_whether_a_key_is_right(limited: Opened) -> None:
    async with limited(ApiLimits(wrong_keys=1)) as one:
        for _ in range(2):
            await one.ask(key=UNKNOWN)

        assert (await one.ask())[0] == (await one.ask(key=UNKNOWN))[0] == 429


async def test_a_key_that_was_right_is_answered_while_its_address_has_to_wait(limited: Opened) -> None:
    """Behind a proxy all clients may have one address."""
    async with limited(ApiLimits(wrong_keys=1)) as one:
        assert (await one.ask())[0] == 200
        for _ in range(5):
            await one.ask(key=UNKNOWN)

        assert (await one.ask())[0] == 200


async def test_a_key_that_was_revoked_is_a_wrong_one(limited: Opened, site: Site) -> None:
    async with limited(ApiLimits(wrong_keys=1)) as one:
        assert (await one.ask())[0] == 200
        (key,) = await site.services.stores.accounts.keys()
        await site.services.stores.accounts.revoke(key.id)

        assert [(await one.ask())[0] for _ in range(3)] == [401, 401, 429]


async def test_no_key_at_all_is_no_wrong_key(limited: Opened) -> None:
    async with limited(ApiLimits(wrong_keys=1)) as one:
        assert {(await one.ask(key=""))[0] for _ in range(5)} == {401}


async def test_without_limits_nothing_is_told_of_them(limited: Opened) -> None:
    async with limited(ApiLimits(per_key_s=0, per_address_s=0)) as one:
        _, _, headers = await one.ask()

    assert not [name for name in headers if re.match("ratelimit", name, re.IGNORECASE)]


async def test_downloads_at_once_are_counted_for_each_account(limited: Opened) -> None:
    async with limited(ApiLimits(downloads_per_account=0)) as one:
        status, problem, headers = await one.ask(f"recordings/{new_id(IdKind.RECORDING)}/audio")

    assert (status, problem["violated-policies"], headers["Retry-After"]) == (429, ["downloads-of-account"], "5")


def test_what_is_open_at_once_is_limited_for_each_account_and_in_all() -> None:
    streams = OpenAtOnce("streams", per_account=2, in_all=3)

    with streams.one("a"), streams.one("a"):
        with pytest.raises(QuotaExceeded) as of_account, streams.one("a"):
            pass
        with streams.one("b"), pytest.raises(QuotaExceeded) as of_all, streams.one("c"):
            pass
        with streams.one("c"):
            pass
    with streams.one("a"):
        pass

    assert (of_account.value.policy, of_all.value.policy) == ("streams-of-account", "streams")
    assert of_all.value.status is HTTPStatus.TOO_MANY_REQUESTS
