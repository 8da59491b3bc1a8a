"""/applications"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from aiohttp import web

from api.http.contract import BASE_PATH
from api.http.cursor import next_cursor, place_of
from api.http.number_json import application_json
from api.http.requests import ApiRequest
from api.http.resources.new_call import stored_fields
from api.http.services import Resource, RestServices
from engine.model.applications import Application


async def list_applications(services: RestServices, asked: ApiRequest) -> web.Response:
    query = asked.query
    found, total = await services.stores.applications.find(
        asked.account.id, query.get("friendly_name"), query["page"], query["page_size"], place_of(query)
    )
    more = next_cursor(found, query["page_size"], lambda application: application.created_at)
    return web.json_response({"applications": [application_json(each) for each in found], "total": total, **more})


async def add_application(services: RestServices, asked: ApiRequest) -> web.Response:
    application = await added(services, asked)
    location = f"{BASE_PATH}/applications/{application.id}"
    return web.json_response(application_json(application), status=HTTPStatus.CREATED, headers={"Location": location})


async def added(services: RestServices, asked: ApiRequest) -> Application:
    """The application that is asked for, as stored; it is audited."""
    application = await services.stores.applications.add(asked.account.id, **stored_fields(asked.body))
    await asked.audited(
        services.stores.audit, "application.add", application.id, account=asked.account.id, fields=sorted(asked.body)
    )
    return application


async def get_application(services: RestServices, asked: ApiRequest) -> web.Response:
    return web.json_response(application_json(await own_application(services, asked)))


async def change_application(services: RestServices, asked: ApiRequest) -> web.Response:
    return web.json_response(application_json(await changed(services, asked)))


async def changed(services: RestServices, asked: ApiRequest) -> Application:
    """The application as it is after the change that is asked for, which is audited. Raises NotFound."""
    application = await services.stores.applications.change(
        await own_application(services, asked), stored_fields(asked.body)
    )
    await asked.audited(
        services.stores.audit, "application.change", application.id, account=asked.account.id, fields=sorted(asked.body)
    )
    return application


async def remove_application(services: RestServices, asked: ApiRequest) -> web.Response:
    await removed(services, asked)
    return web.Response(status=HTTPStatus.NO_CONTENT)


async def removed(services: RestServices, asked: ApiRequest) -> None:
    """Remove the application that the path names, which is audited. Raises NotFound."""
    application = await own_application(services, asked)
    await services.stores.applications.remove(application.id)
    await asked.audited(services.stores.audit, "application.remove", application.id, account=asked.account.id)


async def own_application(services: RestServices, asked: ApiRequest) -> Application:
    """The application that the path names. Raises NotFound."""
    return asked.own("application", await services.stores.applications.get(asked.path["application_id"]))


RESOURCES: Final[Mapping[str, Resource]] = {
    "listApplications": list_applications,
    "addApplication": add_application,
    "getApplication": get_application,
    "changeApplication": change_application,
    "removeApplication": remove_application,
}
