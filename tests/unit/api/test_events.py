"""Events of calls: listed, filtered, and streamed without a gap or a double."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import aiohttp

from api.http.request_limits import ApiLimits
from api.node.clock import SystemClock
from tests.peers.waiting import within
from tests.unit.api.conftest import NUMBER, TO, Site


async def a_call(site: Site) -> str:
    call_id: str = (await site.request("POST", "calls", json={"to": TO, "from": NUMBER}))[1]["id"]
    return call_id


async def note(site: Site, call_id: str, kind: str, **facts: str) -> None:
    await site.services.stores.calls.add_event(call_id, kind, facts, SystemClock().now())
    site.services.bell.ring()


class Stream:
    """Reads server-sent events."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    async def next(self) -> dict[str, Any]:
        async with within(5):
            async for line in self._response.content:
                if line.startswith(b"data: "):
                    event: dict[str, Any] = json.loads(line[6:])
                    return event
        raise AssertionError("the stream ended")


@asynccontextmanager
async def stream(site: Site, last: int | None = None, **query: str) -> AsyncIterator[Stream]:
    headers = {"X-API-Key": site.key} | ({"Last-Event-ID": str(last)} if last is not None else {})
    url = f"{site.address}/v1/voice/events"
    async with site.client.get(url, headers=headers, params=query) as response:
        assert (response.status, response.content_type) == (200, "text/event-stream")
        yield Stream(response)


async def test_events_are_listed_with_their_identifiers_and_filtered(site: Site) -> None:
    call = await a_call(site)
    await note(site, call, "status", status="ringing")
    await note(site, call, "digit", digit="4")

    _, both, _ = await site.request("GET", f"calls/{call}/events")
    _, digits, _ = await site.request("GET", f"calls/{call}/events?type=digit")
    _, later, _ = await site.request("GET", f"calls/{call}/events?after={both['events'][0]['id']}")

    assert [event["kind"] for event in both["events"]] == ["status", "digit"]
    assert digits["events"] == later["events"] == both["events"][1:]
    assert both["events"][0]["call_id"] == call


async def test_a_stream_tells_what_happens_from_now_on(site: Site) -> None:
    call = await a_call(site)
    await note(site, call, "status", status="queued")
    async with stream(site) as events:
        await note(site, call, "status", status="ringing")

        assert (await events.next())["facts"] == {"status": "ringing"}


async def test_a_stream_goes_on_behind_the_last_event_without_gap_or_double(site: Site) -> None:
    call = await a_call(site)
    for number in range(400):
        await note(site, call, "digit", digit=str(number))
    _, listed, _ = await site.request("GET", f"calls/{call}/events")
    tenth = listed["events"][9]["id"]
    async with stream(site, last=tenth) as events:
        told = [(await events.next())["facts"]["digit"] for _ in range(390)]
        await note(site, call, "digit", digit="last")
        told.append((await events.next())["facts"]["digit"])

    assert told == [*(str(number) for number in range(10, 400)), "last"]


async def test_a_stream_may_be_of_one_call_and_of_some_kinds(site: Site) -> None:
    call, other = await a_call(site), await a_call(site)
    async with stream(site, call_id=call, type="digit,status") as events:
        await note(site, other, "digit", digit="1")
        await note(site, call, "said", text="no")
        await note(site, call, "digit", digit="2")

        assert (await events.next())["facts"] == {"digit": "2"}


async def test_others_events_are_not_streamed(site: Site) -> None:
    call = await a_call(site)
    other = await site.services.stores.accounts.ensure("other")
    _, key = await site.services.stores.accounts.create_key(other.id)
    site.key, own = key, site.key
    async with stream(site, last=0) as events:
        site.key = own
        await note(site, call, "digit", digit="2")
        waiting = asyncio.create_task(events.next())
        done, _ = await asyncio.wait({waiting}, timeout=1.5)
        waiting.cancel()

        assert not done


async def test_too_many_streams_of_an_account_are_refused_by_whatever_key_and_others_are_not(site: Site) -> None:
    accounts = site.services.stores.accounts
    keys = [(await accounts.create_key((await accounts.ensure(name)).id))[1] for name in ("demo", "other")]
    most = ApiLimits().streams_per_account
    async with AsyncExitStack() as opened:
        for _ in range(most):
            await opened.enter_async_context(stream(site))

        status, problem, _ = await site.request("GET", "events", headers={"X-API-Key": keys[0]})
        assert (status, problem["violated-policies"]) == (429, ["streams-of-account"])
        assert str(most) in problem["detail"]
        site.key = keys[1]
        async with stream(site):
            pass


async def test_what_is_no_identifier_is_named(site: Site) -> None:
    status, problem, _ = await site.request("GET", "events", headers={"Last-Event-ID": "yesterday"})

    assert (status, problem["errors"][0]["field"]) == (422, "last_event_id")
