"""/Applications"""

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Final

from aiohttp import web

from api.http.requests import ApiRequest
from api.http.resources import applications
from api.http.services import Resource, RestServices
from api.http.v2010.number_parameters import told_of_the_end
from api.http.v2010.number_resource import application_resource
from api.http.v2010.pages import page_json, wanted_page
from api.http.v2010.translation import Parameter, Translation, or_none

FIELDS: Final = Translation(
    {
        "FriendlyName": Parameter("friendly_name"),
        "VoiceUrl": Parameter("url", 21502, read=or_none),
        "VoiceMethod": Parameter("method"),
        "VoiceFallbackUrl": Parameter("fallback_url", 21502, read=or_none),
        "VoiceFallbackMethod": Parameter("fallback_method"),
        "StatusCallback": Parameter("status_callback", 21502, read=or_none),
        "StatusCallbackMethod": Parameter("status_callback_method"),
    },
    {},
)
_UNNAMED: Final = "Application"


async def list_applications(services: RestServices, asked: ApiRequest) -> web.Response:
    page = wanted_page(asked)
    found, _ = await services.stores.applications.find(
        asked.account.id, asked.query.get("FriendlyName"), page.number + 1, page.size, page.place
    )
    resources = [application_resource(each) for each in found]
    return web.json_response(page_json(asked, page, "applications", found, resources, lambda each: each.created_at))


async def create_application(services: RestServices, asked: ApiRequest) -> web.Response:
    named = replace(asked, body={"FriendlyName": _UNNAMED, **asked.body})
    with FIELDS.told():
        made = await applications.added(services, told_of_the_end(FIELDS.request(services, named, "addApplication")))
    return web.json_response(application_resource(made), status=HTTPStatus.CREATED)


async def fetch_application(services: RestServices, asked: ApiRequest) -> web.Response:
    return web.json_response(application_resource(await applications.own_application(services, _named(asked))))


async def update_application(services: RestServices, asked: ApiRequest) -> web.Response:
    with FIELDS.told():
        order = told_of_the_end(FIELDS.request(services, _named(asked), "changeApplication"))
        changed = await applications.changed(services, order)
    return web.json_response(application_resource(changed))


async def delete_application(services: RestServices, asked: ApiRequest) -> web.Response:
    await applications.removed(services, _named(asked))
    return web.Response(status=HTTPStatus.NO_CONTENT)


def _named(asked: ApiRequest) -> ApiRequest:
    return asked.naming(application_id=asked.path["Sid"])


RESOURCES: Final[Mapping[str, Resource]] = {
    "ListApplication": list_applications,
    "CreateApplication": create_application,
    "FetchApplication": fetch_application,
    "UpdateApplication": update_application,
    "DeleteApplication": delete_application,
}
