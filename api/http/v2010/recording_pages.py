"""Pages of recordings, and single ones, of an account, a call or a conference."""

from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from typing import Final

from aiohttp import web

from api.http.json_fields import Json
from api.http.requests import ApiRequest
from api.http.resources import recordings
from api.http.resources.audio import download_recording
from api.http.services import RestServices
from api.http.v2010.moments import since_and_until
from api.http.v2010.pages import page_json, wanted_page
from api.http.v2010.recording_resource import NOUN
from engine.errors import NotFound
from engine.model.recording import Recording, RecordingStatus
from engine.store.recordings import RecordingFilter

CURRENT: Final = "Twilio.CURRENT"
"""In place of an id: the latest recording that is under way."""
_UNDER_WAY: Final = (RecordingStatus.IN_PROGRESS, RecordingStatus.PAUSED)


async def page_of(
    services: RestServices, asked: ApiRequest, wanted: RecordingFilter, resource: Callable[[Recording], Json]
) -> web.Response:
    """The page that is asked for, of those that are wanted and began when DateCreated says."""
    since, before = since_and_until(asked.query, "DateCreated")
    page = wanted_page(asked)
    found, _ = await services.stores.recordings.find(
        replace(wanted, since=since, before=before), page.number + 1, page.size, place=page.place
    )
    resources = [resource(each) for each in found]
    return web.json_response(page_json(asked, page, NOUN.lower(), found, resources, lambda each: each.started_at))


async def looked_up(
    services: RestServices, asked: ApiRequest, wanted: RecordingFilter, *, sid: str | None = None
) -> Recording:
    """The wanted recording that the path names, or of this id, noted on the audit log. Raises NotFound, StoreError."""
    found = await named(services, wanted, sid or asked.path["Sid"])
    return await recordings.looked_up(services, _as_recording(asked, found.id))


async def deleted(services: RestServices, asked: ApiRequest, wanted: RecordingFilter) -> web.StreamResponse:
    """Delete the one that the path names. Raises NotFound, WrongState, StoreError."""
    found = await named(services, wanted, asked.path["Sid"])
    await recordings.delete_recording(services, _as_recording(asked, found.id))
    return web.Response(status=HTTPStatus.NO_CONTENT)


async def downloaded(services: RestServices, asked: ApiRequest) -> web.StreamResponse:
    """The audio of the one that the path names. Raises NotFound, WrongState, RecordingError, SealBroken."""
    return await download_recording(services, _as_recording(asked, asked.path["Sid"]))


async def named(services: RestServices, wanted: RecordingFilter, sid: str) -> Recording:
    """The one of this id among the wanted. Raises NotFound."""
    if sid == CURRENT:
        return await _current(services, wanted)
    found = await services.stores.recordings.get(sid)
    if found is None or not wanted.takes(found):
        raise NotFound("recording", sid)
    return found


async def _current(services: RestServices, wanted: RecordingFilter) -> Recording:
    for status in _UNDER_WAY:
        found, _ = await services.stores.recordings.find(replace(wanted, status=status), page_size=1)
        if found:
            return found[0]
    raise NotFound("recording", CURRENT)


def _as_recording(asked: ApiRequest, recording_id: str) -> ApiRequest:
    """The request as the resource of /v1/voice reads it."""
    return asked.naming(recording_id=recording_id)
