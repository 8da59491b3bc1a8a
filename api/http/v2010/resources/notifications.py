"""/Notifications, of the account and of a call: none are kept here, so lists are empty."""

from collections.abc import Mapping
from typing import Final, NoReturn

from aiohttp import web

from api.http.requests import ApiRequest
from api.http.services import Resource, RestServices
from api.http.v2010.pages import page_json, wanted_page
from api.http.v2010.resources.calls import told_call
from engine.errors import NotFound


async def list_notifications(services: RestServices, asked: ApiRequest) -> web.Response:
    del services
    return web.json_response(page_json(asked, wanted_page(asked), "notifications", [], [], lambda each: each.at))


async def list_call_notifications(services: RestServices, asked: ApiRequest) -> web.Response:
    await told_call(services, asked, "CallSid")
    return await list_notifications(services, asked)


async def fetch_notification(services: RestServices, asked: ApiRequest) -> NoReturn:
    del services
    raise NotFound("notification", asked.path["Sid"])


RESOURCES: Final[Mapping[str, Resource]] = {
    "ListNotification": list_notifications,
    "FetchNotification": fetch_notification,
    "ListCallNotification": list_call_notifications,
    "FetchCallNotification": fetch_notification,
}
