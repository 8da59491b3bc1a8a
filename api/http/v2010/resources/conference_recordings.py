"""/Conferences/{ConferenceSid}/Recordings"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from aiohttp import web

from api.http.requests import ApiRequest
from api.http.resources import conferences, participants
from api.http.services import Resource, RestServices
from api.http.v2010 import recording_pages
from api.http.v2010.recording_resource import conference_recording_resource
from api.http.v2010.resources.call_recordings import STATUS
from api.http.v2010.translation import Parameter, Translation
from engine.errors import WrongState
from engine.model.recording import UNFINISHED
from engine.store.recordings import RecordingFilter

UPDATE: Final = Translation(
    {
        "Status": Parameter("recording", missing=20001, read=STATUS.__getitem__),
        "PauseBehavior": Parameter("pause_behavior"),
    },
    {WrongState: 21220},
)


async def list_conference_recordings(services: RestServices, asked: ApiRequest) -> web.Response:
    await participants.own_conference(services, _as_conference(asked))
    return await recording_pages.page_of(services, asked, _of_conference(asked), conference_recording_resource)


async def fetch_conference_recording(services: RestServices, asked: ApiRequest) -> web.Response:
    recording = await recording_pages.looked_up(services, asked, _of_conference(asked))
    return web.json_response(conference_recording_resource(recording))


async def update_conference_recording(services: RestServices, asked: ApiRequest) -> web.Response:
    recording = await recording_pages.named(services, _of_conference(asked), asked.path["Sid"])
    with UPDATE.told():
        order = UPDATE.request(services, asked, "changeConference", conference_id=asked.path["ConferenceSid"])
        if recording.status not in UNFINISHED:
            raise WrongState(f"{recording.id} is {recording.status}: it is not under way.")
        await conferences.changed(services, order)
    changed = await recording_pages.named(services, replace(_of_conference(asked), deleted=True), recording.id)
    return web.json_response(conference_recording_resource(changed))


async def delete_conference_recording(services: RestServices, asked: ApiRequest) -> web.StreamResponse:
    return await recording_pages.deleted(services, asked, _of_conference(asked))


RESOURCES: Final[Mapping[str, Resource]] = {
    "ListConferenceRecording": list_conference_recordings,
    "FetchConferenceRecording": fetch_conference_recording,
    "UpdateConferenceRecording": update_conference_recording,
    "DeleteConferenceRecording": delete_conference_recording,
}


def _of_conference(asked: ApiRequest) -> RecordingFilter:
    return RecordingFilter(asked.account.id, conference_id=asked.path["ConferenceSid"], deleted=False)


def _as_conference(asked: ApiRequest) -> ApiRequest:
    """The request as the resource of /v1/voice reads it."""
    return asked.naming(conference_id=asked.path["ConferenceSid"])
