"""Reads of personal data on the audit log: each once an hour, by whom, from where, and no more than that."""

import json
from typing import cast

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from api.http.app import RESOURCES
from api.http.reads import NOTED_EACH_TIME, OF_NOBODY, READS, NotedReads
from api.http.requests import ApiRequest
from engine.errors import StoreError
from engine.privacy.audit import AuditRow
from engine.store.audit import Audit
from tests.unit.api.conftest import NUMBER, TO, Site
from tests.unit.rest_services import PUBLISHED


async def rows_of(site: Site) -> list[AuditRow]:
    return [row async for row in site.services.stores.audit.rows()]


async def test_a_list_of_calls_is_on_it_once_however_often_it_is_read_and_however_long_it_is(site: Site) -> None:
    for _ in range(3):
        await site.request("POST", "calls", json={"from": NUMBER, "to": TO})

    for page in (1, 2, 1):
        await site.request("GET", "calls", params={"page": page, "to": TO})

    (row,) = await rows_of(site)
    (key,) = await site.services.stores.accounts.keys()
    assert (row.actor, row.action, row.object) == (f"key:{key.id}", "call.list", "calls")
    assert json.loads(row.facts) == {
        "account": key.account_id,
        "filters": ["page", "to"],
        "from": "127.0.0.0/24",
    }
    assert TO[1:] not in row.facts


async def test_another_key_leaves_a_row_of_its_own(site: Site) -> None:
    await site.request("GET", "recordings")
    account = await site.services.stores.accounts.ensure("demo")
    _, site.key = await site.services.stores.accounts.create_key(account.id)
    await site.request("GET", "recordings")

    assert len({row.actor for row in await rows_of(site)}) == 2


async def test_what_customers_servers_said_is_noted_for_each_call(site: Site) -> None:
    calls = [(await site.request("POST", "calls", json={"from": NUMBER, "to": TO}))[1]["id"] for _ in range(2)]

    for call_id in [*calls, *calls]:
        await site.request("GET", f"calls/{call_id}")
        await site.request("GET", f"calls/{call_id}/webhooks")

    assert [(row.action, row.object) for row in await rows_of(site)] == [
        ("call.read", "calls"),
        ("call.webhooks", calls[0]),
        ("call.webhooks", calls[1]),
    ]


async def test_what_was_not_found_was_not_read(site: Site) -> None:
    await site.request("GET", "calls/CA00000000000000000000000000000000")

    assert await rows_of(site) == []


async def test_after_an_hour_it_is_noted_again(site: Site) -> None:
    times_s = [0.0, 3599.0, 3600.0, 7199.0]
    reads = NotedReads(site.services.stores.audit, iter(times_s).__next__)
    account = await site.services.stores.accounts.ensure("demo")
    asked = ApiRequest(account, {}, {}, {}, cast(web.Request, _Request()), "key:SK1")

    for _ in times_s:
        await reads.log(READS["listCalls"], asked)

    assert len(await rows_of(site)) == 2


class _Request:
    """As much of a request as is asked for."""

    remote = "203.0.113.9"
    query: dict[str, str] = {}  # noqa: RUF012
    config_dict: dict[str, str] = {}  # noqa: RUF012

    def __contains__(self, _: str) -> bool:
        return False


class FullDisk:
    """An audit log whose database has no room, and then has."""

    def __init__(self, audit: Audit) -> None:
        self._audit = audit
        self.is_full = True

    async def add(self, actor: str, action: str, object_: str, **facts: object) -> AuditRow:
        if self.is_full:
            raise StoreError("The disk is full.")
        return await self._audit.add(actor, action, object_, **facts)


async def test_while_the_log_has_no_room_what_is_asked_is_told_and_the_next_read_is_noted(site: Site) -> None:
    disk = FullDisk(site.services.stores.audit)
    reads = NotedReads(cast(Audit, disk), lambda: 0.0)
    account = await site.services.stores.accounts.ensure("demo")
    asked = ApiRequest(account, {}, {}, {}, cast(web.Request, _Request()), "key:SK1")

    with capture_logs() as lines:
        await reads.log(READS["listCalls"], asked)
    disk.is_full = False
    await reads.log(READS["listCalls"], asked)

    assert [line["event"] for line in lines] == ["read_not_noted"]
    assert len(await rows_of(site)) == 1


@pytest.mark.promise
def test_of_each_operation_that_reads_it_is_decided_whether_it_is_noted() -> None:
    """Who adds one adds it to a table of api/http/reads.py."""
    reading = {each.id for each in PUBLISHED.operations.values() if each.method == "GET" and each.id in RESOURCES}

    assert reading == READS.keys() | NOTED_EACH_TIME | OF_NOBODY
    assert len(reading) == len(READS) + len(NOTED_EACH_TIME) + len(OF_NOBODY)
