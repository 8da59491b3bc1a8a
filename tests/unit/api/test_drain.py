"""/drain: a node takes no more calls, for keys with the scope admin."""

import pytest

from engine.model.accounts import Scope
from tests.unit.api.conftest import Site
from tests.unit.rest_services import NotingDrain


@pytest.fixture
async def admin(site: Site) -> Site:
    account = await site.services.stores.accounts.ensure("demo")
    _, site.key = await site.services.stores.accounts.create_key(account.id, frozenset({Scope.ADMIN}))
    return site


async def test_it_begins_is_shown_with_the_calls_that_are_left_and_ends(admin: Site) -> None:
    begun = await admin.request("POST", "drain")
    shown = await admin.request("GET", "drain")
    ended = await admin.request("DELETE", "drain")

    audited = [row.action async for row in admin.services.stores.audit.rows()]
    assert audited[-2:] == ["drain.begin", "drain.end"]
    assert [each[:2] for each in (begun, shown, ended)] == [
        (200, {"draining": True, "live_calls": 2}),
        (200, {"draining": True, "live_calls": 2}),
        (200, {"draining": False, "live_calls": 2}),
    ]


async def test_a_node_that_was_told_to_stop_does_not_go_on(admin: Site) -> None:
    assert isinstance(admin.services.drain, NotingDrain)
    admin.services.drain.is_last = True

    assert (await admin.request("DELETE", "drain"))[0] == 409


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_a_key_for_calls_may_not(site: Site, method: str) -> None:
    assert (await site.request(method, "drain"))[0] == 403
