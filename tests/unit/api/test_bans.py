"""/bans: addresses of which no SIP is heard, for keys with the scope admin."""

from typing import Any

import pytest

from engine.model.accounts import Scope
from tests.unit.api.conftest import Site


@pytest.fixture
async def admin(site: Site) -> Site:
    account = await site.services.stores.accounts.ensure("demo")
    _, site.key = await site.services.stores.accounts.create_key(account.id, frozenset({Scope.ADMIN}))
    return site


async def test_an_address_is_banned_listed_and_heard_again(admin: Site) -> None:
    status, added, answer = await admin.request("POST", "bans", json={"source": "198.51.100.7", "seconds": 60})

    assert (status, answer.headers["Location"]) == (201, "/v1/voice/bans/198.51.100.7")
    assert (added["source"], added["reason"], added["times"]) == ("198.51.100.7/32", "by-hand", 1)
    assert (await admin.request("GET", "bans"))[1] == {"bans": [added]}

    assert (await admin.request("DELETE", "bans/198.51.100.7"))[0] == 204
    assert (await admin.request("GET", "bans"))[1] == {"bans": []}
    assert (await admin.request("DELETE", "bans/198.51.100.7"))[0] == 404
    actions = [row.action async for row in admin.services.stores.audit.rows()]
    assert [each for each in actions if each.startswith("ban.")] == ["ban.add", "ban.list", "ban.lift"]


async def test_of_ipv6_the_64_bits_of_whoever_has_the_address_are_banned(admin: Site) -> None:
    _, added, answer = await admin.request("POST", "bans", json={"source": "2001:db8::1"})

    assert added["source"] == "2001:db8::/64"
    assert answer.headers["Location"] == "/v1/voice/bans/2001:db8::"
    assert (await admin.request("DELETE", "bans/2001:db8::ffff"))[0] == 204


@pytest.mark.parametrize(
    ("field", "wrong"),
    [("source", "somebody"), ("source", "198.51.100.0/24"), ("source", "2001:db8::/48"), ("seconds", 0), ("why", "x")],
)
async def test_what_is_wrong_is_named_and_nobody_is_banned(admin: Site, field: str, wrong: Any) -> None:
    status, problem, _ = await admin.request("POST", "bans", json={"source": "198.51.100.7"} | {field: wrong})

    assert status == 422
    assert field in str(problem)
    assert (await admin.request("GET", "bans"))[1] == {"bans": []}


async def test_without_the_scope_nothing_is_told(site: Site) -> None:
    assert (await site.request("GET", "bans"))[0] == 403
