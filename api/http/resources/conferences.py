"""/conferences"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from aiohttp import web

from api.http.conference_json import conference_json
from api.http.contract import BASE_PATH
from api.http.cursor import next_cursor, place_of
from api.http.moments import moment
from api.http.requests import ApiRequest
from api.http.resources.conference_changes import conference_change, new_conference
from api.http.resources.participants import own_conference
from api.http.services import Resource, RestServices
from engine.model.conference import Conference, ConferenceStatus


async def list_conferences(services: RestServices, asked: ApiRequest) -> web.Response:
    query = asked.query
    status = ConferenceStatus(query["status"]) if "status" in query else None
    found, total = await services.stores.conferences.find(
        asked.account.id,
        status,
        query.get("friendly_name"),
        query["page"],
        query["page_size"],
        place=place_of(query),
        since=moment(query, "date_created_after"),
        before=moment(query, "date_created_before"),
    )
    more = next_cursor(found, query["page_size"], lambda conference: conference.date_created)
    return web.json_response({"conferences": [conference_json(each) for each in found], "total": total, **more})


async def create_conference(services: RestServices, asked: ApiRequest) -> web.Response:
    conference = await services.conference_service.create(new_conference(asked.account.id, asked.body))
    location = f"{BASE_PATH}/conferences/{conference.id}"
    return web.json_response(conference_json(conference), status=HTTPStatus.CREATED, headers={"Location": location})


async def get_conference(services: RestServices, asked: ApiRequest) -> web.Response:
    return web.json_response(conference_json(await own_conference(services, asked)))


async def end_conference(services: RestServices, asked: ApiRequest) -> web.Response:
    await services.conference_service.end(asked.account.id, asked.path["conference_id"])
    await asked.audited(services.stores.audit, "conference.end", asked.path["conference_id"], account=asked.account.id)
    return web.Response(status=HTTPStatus.NO_CONTENT)


async def change_conference(services: RestServices, asked: ApiRequest) -> web.Response:
    return web.json_response(conference_json(await changed(services, asked)))


async def changed(services: RestServices, asked: ApiRequest) -> Conference:
    """The conference after the change that is asked for, which is audited. Raises NotFound, WrongState, Invalid."""
    change = conference_change(asked.body)
    conference = await services.conference_service.change(asked.account.id, asked.path["conference_id"], change)
    await asked.audited(
        services.stores.audit, "conference.change", conference.id, account=asked.account.id, fields=sorted(asked.body)
    )
    return conference


RESOURCES: Final[Mapping[str, Resource]] = {
    "listConferences": list_conferences,
    "createConference": create_conference,
    "getConference": get_conference,
    "endConference": end_conference,
    "changeConference": change_conference,
}
