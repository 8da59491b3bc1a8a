"""/events: what happens on the account's calls, as it happens (WHATWG HTML §9.2, server-sent events)."""

import json
import re
from collections import deque
from collections.abc import AsyncIterator, Mapping
from typing import Final

from aiohttp import hdrs, web

from api.http.cursor import words
from api.http.problems import FieldError, Invalid
from api.http.requests import ApiRequest
from api.http.serializers import event_json
from api.http.services import Resource, RestServices
from engine.store.calls import CallEvent, EventFilter

KEEP_ALIVE_S: Final = 15.0
_BATCH: Final = 200
_LOOK_S: Final = 1.0
_OVERLAP: Final = 256
"""So many are looked at again: where several nodes write to one PostgreSQL, identifiers may appear out of order."""
_IDENTIFIER: Final = re.compile(r"[0-9]{1,18}")


async def stream_events(services: RestServices, asked: ApiRequest) -> web.StreamResponse:
    wanted = EventFilter(asked.account.id, asked.query.get("call_id"), words(asked.query.get("type")))
    after = await _after(services, asked)
    with services.limits.streams.one(asked.account.id):
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


async def _events(services: RestServices, wanted: EventFilter, after: int) -> AsyncIterator[CallEvent | None]:
    """Stored events, then those to come; None where nothing happened for a while. Ends with the server."""
    sent: deque[int] = deque(maxlen=_OVERLAP * 2)
    floor, quiet_s = after, 0.0
    while not services.stopping.is_set():
        found = await services.stores.calls.events_of_account(wanted, max(after - _OVERLAP, floor), _BATCH + _OVERLAP)
        fresh = [event for event in found if event.id not in sent]
        for event in fresh:
            sent.append(event.id)
            after = max(after, event.id)
            yield event
        if fresh:
            quiet_s = 0.0
            continue
        quiet_s += _LOOK_S
        if quiet_s >= KEEP_ALIVE_S:
            quiet_s = 0.0
            yield None
        await services.bell.wait(_LOOK_S)


async def _after(services: RestServices, asked: ApiRequest) -> int:
    """Behind which event the stream begins: the reader's last, else the newest."""
    given = asked.http.headers.get("Last-Event-ID") or asked.query.get("last_event_id")
    if given is None:
        return await services.stores.calls.last_event()
    if not _IDENTIFIER.fullmatch(given):
        raise Invalid(FieldError("last_event_id", f"{given!r} is no identifier of an event."))
    return int(given)


def _frame(event: CallEvent | None) -> bytes:
    if event is None:
        return b": nothing new\n\n"
    data = json.dumps(event_json(event), ensure_ascii=False)
    return f"id: {event.id}\nevent: {event.kind}\ndata: {data}\n\n".encode()


RESOURCES: Final[Mapping[str, Resource]] = {"streamEvents": stream_events}
