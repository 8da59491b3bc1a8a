"""/calls/{call_id}/streams"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from aiohttp import web

from api.http.contract import BASE_PATH
from api.http.cursor import next_cursor, place_of
from api.http.faults import Faults
from api.http.requests import ApiRequest
from api.http.resources.calls import own_call
from api.http.serializers import stream_json
from api.http.services import Resource, RestServices
from engine.errors import NotFound
from engine.flow.program_plans import StreamOrder, StreamTracks
from engine.model.callback import Callback
from engine.model.stream import MediaStream
from engine.ports.streams import StreamEncoding, StreamFormat

MOST_OF_PARAMETER: Final = 500
"""Characters of a parameter's name and value together must be fewer."""
_RATES: Final = {
    StreamEncoding.MULAW: (8000,),
    StreamEncoding.ALAW: (8000,),
    StreamEncoding.L16: (8000, 16000, 24000),
}


async def list_call_streams(services: RestServices, asked: ApiRequest) -> web.Response:
    call, query = await own_call(services, asked), asked.query
    await services.call_service.settle(call.id)
    found, total = await services.stores.streams.of_call(call.id, query["page"], query["page_size"], place_of(query))
    more = next_cursor(found, query["page_size"], lambda stream: stream.started_at)
    return web.json_response({"streams": [stream_json(each) for each in found], "total": total, **more})


async def start_call_stream(services: RestServices, asked: ApiRequest) -> web.Response:
    stream = await started(services, asked)
    location = f"{BASE_PATH}/calls/{stream.call_id}/streams/{stream.id}"
    return web.json_response(stream_json(stream), status=HTTPStatus.CREATED, headers={"Location": location})


async def started(services: RestServices, asked: ApiRequest) -> MediaStream:
    """The stream that begins, which is audited. Raises NotFound, WrongState, Invalid."""
    call_id = asked.path["call_id"]
    stream = await services.call_service.start_stream(asked.account.id, call_id, order_of(asked.body))
    facts = {"account": asked.account.id, "call": call_id}
    await asked.audited(services.stores.audit, "stream.start", stream.id, **facts)
    return stream


async def stop_call_stream(services: RestServices, asked: ApiRequest) -> web.Response:
    await stopped(services, asked)
    return web.Response(status=HTTPStatus.NO_CONTENT)


async def stopped(services: RestServices, asked: ApiRequest) -> MediaStream:
    """The stream that the path names, after its end; one that had ended stays as it is. Raises NotFound, WrongState."""
    call, named = await own_call(services, asked), asked.path["stream"]
    stream = await services.stores.streams.named(call.id, named)
    if stream is None:
        raise NotFound("stream", named)
    if stream.is_open:
        stream = await services.call_service.stop_stream(asked.account.id, call.id, stream.id)
    await asked.audited(services.stores.audit, "stream.stop", stream.id, account=asked.account.id, call=call.id)
    return stream


def order_of(body: Mapping[str, Any]) -> StreamOrder:
    """What is asked for. Raises Invalid, naming every field that is wrong."""
    faults = Faults()
    order = StreamOrder(
        url=body["url"],
        name=body.get("name"),
        tracks=StreamTracks(body.get("track", StreamTracks.INBOUND)),
        sound=_sound(body, faults),
        parameters=_parameters(body.get("parameters", {}), faults),
        callback=_callback(body, faults),
        reconnect=body.get("reconnect", False),
    )
    faults.require_none()
    return order


def _sound(body: Mapping[str, Any], faults: Faults) -> StreamFormat:
    encoding = StreamEncoding(body.get("audio_format", StreamEncoding.MULAW))
    rate_hz = int(body.get("sample_rate", 8000))
    if rate_hz not in _RATES[encoding]:
        faults.add("sample_rate", f"is none of {encoding.value}; that has {', '.join(map(str, _RATES[encoding]))}.")
    return StreamFormat(encoding, rate_hz)


def _parameters(given: Mapping[str, str], faults: Faults) -> tuple[tuple[str, str], ...]:
    for name, value in given.items():
        if len(name) + len(value) >= MOST_OF_PARAMETER:
            faults.add("parameters", f"{name[:40]}: name and value have {MOST_OF_PARAMETER} characters or more.")
    return tuple(given.items())


def _callback(body: Mapping[str, Any], faults: Faults) -> Callback | None:
    if "status_callback" in body:
        return Callback(body["status_callback"], body.get("status_callback_method", "POST"))
    if "status_callback_method" in body:
        faults.add("status_callback_method", "says how status_callback is told; give that too.")
    return None


RESOURCES: Final[Mapping[str, Resource]] = {
    "listCallStreams": list_call_streams,
    "startCallStream": start_call_stream,
    "stopCallStream": stop_call_stream,
}
