"""/trunks/{trunk}/events: what has happened to a trunk, for keys with the scope admin."""

from datetime import timedelta

import pytest

from engine.model.accounts import Scope
from engine.model.trunk import new_trunk
from engine.model.trunk.reachability import TrunkChange, TrunkEvent, TrunkEventKind
from tests.unit.api.conftest import Site
from tests.unit.store.samples import NOON

PATH = "trunks/carrier-a/events"


@pytest.fixture
async def admin(site: Site) -> Site:
    stores = site.services.stores
    account = await stores.accounts.ensure("demo")
    _, site.key = await stores.accounts.create_key(account.id, frozenset({Scope.ADMIN}))
    await stores.trunks.add(new_trunk({"name": "carrier-a", "hosts": ["a.example"]}))
    events = [TrunkEvent(NOON + timedelta(minutes=each), TrunkEventKind.SILENT, f"host-{each}") for each in range(3)]
    await stores.trunk_events.add("node-1", [TrunkChange("carrier-a", each) for each in events])
    return site


async def test_events_are_listed_newest_first_with_where_the_list_goes_on(admin: Site) -> None:
    status, first, _ = await admin.request("GET", f"{PATH}?page_size=2")
    _, rest, _ = await admin.request("GET", f"{PATH}?page_size=2&cursor={first['next_cursor']}")

    assert (status, first["total"]) == (200, 3)
    assert [each["detail"] for each in (*first["events"], *rest["events"])] == ["host-2", "host-1", "host-0"]
    assert (first["events"][0]["kind"], first["events"][0]["node"]) == ("silent", "node-1")
    assert "next_cursor" not in rest


async def test_a_trunk_that_is_not_there_and_a_wrong_cursor_are_told(admin: Site) -> None:
    assert (await admin.request("GET", "trunks/nobody/events"))[0] == 404
    assert (await admin.request("GET", f"{PATH}?cursor=nonsense"))[0] == 422


async def test_a_key_for_calls_does_not_see_them(site: Site) -> None:
    assert (await site.request("GET", PATH))[0] == 403
