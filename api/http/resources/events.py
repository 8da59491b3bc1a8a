"""/events: what happens on the account's calls, as it happens (WHATWG HTML §9.2, server-sent events)."""

import json
import re
from collections.abc import AsyncIterator, Mapping
from time import monotonic
from typing import Final

from aiohttp import hdrs, web

from api.http.cursor import words
from api.http.problems import FieldError, Invalid
from api.http.requests import ApiRequest
from api.http.serializers import event_json
from api.http.services import Resource, RestServices
from engine.aio.change_notifier import set_within
from engine.store.calls import CallEvent, EventFilter

KEEP_ALIVE_S: Final = 15.0
_LOOK_S: Final = 1.0
_SOON_S: Final = 0.02
"""Until the next look where somebody is still writing what comes next."""
_IDENTIFIER: Final = re.compile(r"[0-9]{1,18}")


async def stream_events(services: RestServices, asked: ApiRequest) -> web.StreamResponse:
    wanted = EventFilter(asked.account.id, asked.query.get("call_id"), words(asked.query.get("type")))
    after = await _after(services, asked)
    with services.limits.streams.one(asked.account.id), services.bell.attended():
        return await _stream(services, asked, wanted, after)


async def _stream(services: RestServices, asked: ApiRequest, wanted: EventFilter, after: int) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
    await response.prepare(asked.http)
    if asked.http.method == hdrs.METH_HEAD:
        return response
    await response.write(b": events\n\n")
    try:
        async for event in _events(services, wanted, after):
            await response.write(_frame(event))
    except ConnectionResetError:  # the reader has gone
        return response
    return response


async def _events(services: RestServices, wanted: EventFilter, place: int) -> AsyncIterator[CallEvent | None]:
    """Stored events, then those to come; None where nothing happened for a while. Ends with the server."""
    told_at_s = monotonic()
    while not services.stopping.is_set():
        ring = services.bell.next_ring
        read = await services.stores.event_reader.behind(place, wanted)
        for event in read.events:
            yield event
            told_at_s = monotonic()
        place = read.place
        if read.more:
            continue
        if monotonic() - told_at_s >= KEEP_ALIVE_S:
            yield None
            told_at_s = monotonic()
        await set_within(ring, _SOON_S if read.unsettled else _LOOK_S)


async def _after(services: RestServices, asked: ApiRequest) -> int:
    """Behind which event the stream begins: the reader's last, else the newest."""
    given = asked.http.headers.get("Last-Event-ID") or asked.query.get("last_event_id")
    if given is None:
        return await services.stores.event_reader.newest()
    if not _IDENTIFIER.fullmatch(given):
        raise Invalid(FieldError("last_event_id", f"{given!r} is no identifier of an event."))
    return int(given)


def _frame(event: CallEvent | None) -> bytes:
    if event is None:
        return b": nothing new\n\n"
    data = json.dumps(event_json(event), ensure_ascii=False)
    return f"id: {event.id}\nevent: {event.kind}\ndata: {data}\n\n".encode()


RESOURCES: Final[Mapping[str, Resource]] = {"streamEvents": stream_events}
