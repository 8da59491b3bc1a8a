"""/Calls/{CallSid}/Streams"""

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any, Final

from aiohttp import web

from api.http.requests import ApiRequest
from api.http.resources import streams
from api.http.services import Resource, RestServices
from api.http.v2010.errors import CodedProblem
from api.http.v2010.stream_resource import stream_resource
from api.http.v2010.translation import WRONG_PARAMETER, Parameter, Translation
from engine.errors import WrongState

MOST_PARAMETERS: Final = 99

CREATE: Final = Translation(
    {
        "Url": Parameter("url", wrong=21205, missing=21205),
        "Name": Parameter("name"),
        "Track": Parameter("track"),
        "StatusCallback": Parameter("status_callback"),
        "StatusCallbackMethod": Parameter("status_callback_method"),
    },
    {WrongState: 21220},
)
UPDATE: Final = Translation({"Status": Parameter("status", missing=WRONG_PARAMETER)}, {WrongState: 21220})


async def create_stream(services: RestServices, asked: ApiRequest) -> web.Response:
    with CREATE.told(asked.body):
        order = CREATE.request(services, asked, "startCallStream", call_id=asked.path["CallSid"])
        told = replace(order, body={**order.body, "parameters": _parameters(asked.body)})
        stream = await streams.started(services, told)
    return web.json_response(stream_resource(stream), status=HTTPStatus.CREATED)


async def update_stream(services: RestServices, asked: ApiRequest) -> web.Response:
    UPDATE.required(asked.body)
    with UPDATE.told(asked.body):
        named = asked.naming(call_id=asked.path["CallSid"], stream=asked.path["StreamSid"])
        stream = await streams.stopped(services, named)
    return web.json_response(stream_resource(stream))


def _parameters(form: Mapping[str, Any]) -> dict[str, str]:
    """What the program is told, of Parameter1.Name and Parameter1.Value to Parameter99.Value. Raises CodedProblem."""
    given: dict[str, str] = {}
    for number in range(1, MOST_PARAMETERS + 1):
        name, value = form.get(f"Parameter{number}.Name"), form.get(f"Parameter{number}.Value")
        if (name is None) != (value is None):
            raise CodedProblem(WRONG_PARAMETER, f"Parameter{number} has only one of Name and Value.")
        if name is not None and value is not None:
            given[name] = value
    return given


RESOURCES: Final[Mapping[str, Resource]] = {"CreateStream": create_stream, "UpdateStream": update_stream}
