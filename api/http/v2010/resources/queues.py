"""/Queues"""

from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final

from aiohttp import web

from api.http.requests import ApiRequest
from api.http.resources import queues
from api.http.services import Resource, RestServices
from api.http.v2010.pages import page_json, wanted_page
from api.http.v2010.queue_resource import NOUN, queue_resource
from api.http.v2010.translation import WRONG_PARAMETER, Parameter, Translation
from engine.model.queue import Queue

CREATE: Final = Translation({"FriendlyName": Parameter("friendly_name", missing=WRONG_PARAMETER)}, {})
UPDATE: Final = Translation({"FriendlyName": Parameter("friendly_name")}, {})


async def list_queues(services: RestServices, asked: ApiRequest) -> web.Response:
    page, now = wanted_page(asked), datetime.now(UTC)
    found, _ = await services.stores.queues.of_account(asked.account.id, page.number + 1, page.size)
    waits = await services.stores.queues.open_waits([queue.id for queue in found])
    resources = [queue_resource(queue, [each for each in waits if each.queue_id == queue.id], now) for queue in found]
    return web.json_response(page_json(asked, page, NOUN.lower(), found, resources, lambda each: each.date_created))


async def create_queue(services: RestServices, asked: ApiRequest) -> web.Response:
    with CREATE.told():
        queue = await queues.made(services, CREATE.request(services, asked, "createQueue"))
    return web.json_response(queue_resource(queue, (), queue.date_created), status=HTTPStatus.CREATED)


async def fetch_queue(services: RestServices, asked: ApiRequest) -> web.Response:
    queue = asked.own("queue", await services.stores.queues.get(asked.path["Sid"]), "Sid")
    return await _told(services, queue)


async def update_queue(services: RestServices, asked: ApiRequest) -> web.Response:
    if not asked.body:
        return await fetch_queue(services, asked)
    with UPDATE.told():
        order = UPDATE.request(services, asked, "changeQueue", queue_id=asked.path["Sid"])
        return await _told(services, await queues.renamed(services, order))


async def delete_queue(services: RestServices, asked: ApiRequest) -> web.Response:
    return await queues.remove_queue(services, asked.naming(queue_id=asked.path["Sid"]))


async def _told(services: RestServices, queue: Queue) -> web.Response:
    waits = await services.stores.queues.open_waits([queue.id])
    return web.json_response(queue_resource(queue, waits, datetime.now(UTC)))


RESOURCES: Final[Mapping[str, Resource]] = {
    "ListQueue": list_queues,
    "CreateQueue": create_queue,
    "FetchQueue": fetch_queue,
    "UpdateQueue": update_queue,
    "DeleteQueue": delete_queue,
}
