"""/queues"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, Final

from aiohttp import web

from api.http.contract import BASE_PATH
from api.http.faults import Faults
from api.http.problems import FieldError, Invalid
from api.http.queue_json import queue_json
from api.http.requests import ApiRequest
from api.http.resources.flow_source import manner_of, start_of
from api.http.serializers import call_json
from api.http.services import Resource, RestServices
from engine.errors import WrongState
from engine.ids import IdKind, new_id
from engine.model.call import Call
from engine.model.queue import Queue, estimated_wait_s, order

FIGURES_OF: Final = timedelta(hours=24)


async def list_queues(services: RestServices, asked: ApiRequest) -> web.Response:
    query = asked.query
    found, total = await services.stores.queues.of_account(asked.account.id, query["page"], query["page_size"])
    waits = await services.stores.queues.open_waits([queue.id for queue in found])
    waiting = [sum(wait.queue_id == queue.id for wait in waits) for queue in found]
    listed = [queue_json(queue, number) for queue, number in zip(found, waiting, strict=True)]
    return web.json_response({"queues": listed, "total": total})


async def create_queue(services: RestServices, asked: ApiRequest) -> web.Response:
    queue = await made(services, asked)
    location = f"{BASE_PATH}/queues/{queue.id}"
    return web.json_response(queue_json(queue, 0), status=HTTPStatus.CREATED, headers={"Location": location})


async def made(services: RestServices, asked: ApiRequest) -> Queue:
    """The queue of the name that is asked for. Raises WrongState where there is one, StoreError."""
    name = asked.body["friendly_name"]
    queue = Queue(new_id(IdKind.QUEUE), asked.account.id, name, datetime.now(UTC))
    stored = await services.stores.queues.made(queue)
    if stored.id != queue.id:
        raise WrongState(f"There is a queue of this name: {stored.id}.")
    await asked.audited(services.stores.audit, "queue.create", queue.id, account=asked.account.id)
    return queue


async def change_queue(services: RestServices, asked: ApiRequest) -> web.Response:
    queue = await renamed(services, asked)
    waits = await services.stores.queues.open_waits([queue.id])
    return web.json_response(queue_json(queue, len(waits)))


async def renamed(services: RestServices, asked: ApiRequest) -> Queue:
    """The queue by the name that is asked for. Raises NotFound, WrongState, StoreError."""
    name = asked.body["friendly_name"]
    queue = await services.call_service.rename_queue(asked.account.id, asked.path["queue_id"], name)
    await asked.audited(services.stores.audit, "queue.change", queue.id, account=asked.account.id)
    return queue


async def remove_queue(services: RestServices, asked: ApiRequest) -> web.Response:
    queue_id = asked.path["queue_id"]
    await services.call_service.remove_queue(asked.account.id, queue_id)
    await asked.audited(services.stores.audit, "queue.remove", queue_id, account=asked.account.id)
    return web.Response(status=HTTPStatus.NO_CONTENT)


async def get_queue(services: RestServices, asked: ApiRequest) -> web.Response:
    queue = asked.own("queue", await services.stores.queues.get(asked.path["queue_id"]))
    waits = order(await services.stores.queues.open_waits([queue.id]))
    figures = await services.stores.queues.figures(queue.id, datetime.now(UTC) - FIGURES_OF)
    places = [services.call_service.place_in_queue(wait.call_id) for wait in waits]
    estimates = [
        place[1] if place else estimated_wait_s(number, figures.average_wait_s, len(waits))
        for number, place in enumerate(places, 1)
    ]
    return web.json_response(queue_json(queue, len(waits), list(zip(waits, estimates, strict=True)), figures))


async def take_from_queue(services: RestServices, asked: ApiRequest) -> web.Response:
    return web.json_response(call_json(await taken(services, asked)))


async def taken(services: RestServices, asked: ApiRequest) -> Call:
    """The call that is taken out of the queue. Raises NotFound, WrongState, Invalid."""
    asked.own("queue", await services.stores.queues.get(asked.path["queue_id"]))
    call_id: Any = asked.body.get("call_id")
    faults = Faults()
    start = start_of(asked.body, faults, manner_of(asked, None, ""))
    faults.require_none()
    if start is None:
        raise Invalid(FieldError("url", "or flow is required."))
    return await services.call_service.take_from_queue(asked.account.id, asked.path["queue_id"], call_id, start)


RESOURCES: Final[Mapping[str, Resource]] = {
    "listQueues": list_queues,
    "createQueue": create_queue,
    "changeQueue": change_queue,
    "removeQueue": remove_queue,
    "getQueue": get_queue,
    "takeFromQueue": take_from_queue,
}
