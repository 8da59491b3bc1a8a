"""/Conferences"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from aiohttp import web

from api.http.requests import ApiRequest
from api.http.resources import conferences, participants
from api.http.services import Resource, RestServices
from api.http.v2010.call_parameters import that_count
from api.http.v2010.conference_resource import NOUN, conference_resource
from api.http.v2010.moments import since_and_until
from api.http.v2010.pages import page_json, wanted_page
from api.http.v2010.translation import Parameter, Translation
from engine.model.conference import ConferenceStatus

ANNOUNCES: Final = {
    "AnnounceUrl": Parameter("announce.url"),
    "AnnounceMethod": Parameter("announce.method"),
}
"""What all hear, or one alone."""
UPDATE: Final = Translation({"Status": Parameter("status"), **ANNOUNCES}, {})


async def list_conferences(services: RestServices, asked: ApiRequest) -> web.Response:
    query, page = asked.query, wanted_page(asked)
    made, changed = since_and_until(query, "DateCreated"), since_and_until(query, "DateUpdated")
    found, _ = await services.stores.conferences.find(
        asked.account.id,
        ConferenceStatus(query["Status"]) if "Status" in query else None,
        query.get("FriendlyName"),
        page.number + 1,
        page.size,
        place=page.place,
        since=made[0],
        before=made[1],
        changed_since=changed[0],
        changed_before=changed[1],
    )
    resources = [conference_resource(each) for each in found]
    return web.json_response(page_json(asked, page, NOUN.lower(), found, resources, lambda each: each.date_created))


async def fetch_conference(services: RestServices, asked: ApiRequest) -> web.Response:
    return web.json_response(conference_resource(await participants.own_conference(services, _as_conference(asked))))


async def update_conference(services: RestServices, asked: ApiRequest) -> web.Response:
    asked = replace(asked, body=that_count(asked.body))
    if not asked.body:
        return await fetch_conference(services, asked)
    with UPDATE.told():
        order = UPDATE.request(services, asked, "changeConference", conference_id=asked.path["Sid"])
        return web.json_response(conference_resource(await conferences.changed(services, order)))


RESOURCES: Final[Mapping[str, Resource]] = {
    "ListConference": list_conferences,
    "FetchConference": fetch_conference,
    "UpdateConference": update_conference,
}


def _as_conference(asked: ApiRequest) -> ApiRequest:
    """The request as the resource of /v1/voice reads it."""
    return asked.naming(conference_id=asked.path["Sid"])
