"""/Recordings"""

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from api.http.requests import ApiRequest
from api.http.services import Resource, RestServices
from api.http.v2010 import recording_pages
from api.http.v2010.recording_resource import recording_resource
from engine.store.recordings import RecordingFilter


async def list_recordings(services: RestServices, asked: ApiRequest) -> web.Response:
    query = asked.query
    wanted = RecordingFilter(
        asked.account.id,
        query.get("CallSid"),
        query.get("ConferenceSid"),
        deleted=query.get("IncludeSoftDeleted", False),
    )
    return await recording_pages.page_of(
        services, asked, wanted, lambda recording: recording_resource(recording, _origin(asked))
    )


async def fetch_recording(services: RestServices, asked: ApiRequest) -> web.Response:
    wanted = RecordingFilter(asked.account.id, deleted=asked.query.get("IncludeSoftDeleted", False))
    recording = await recording_pages.looked_up(services, asked, wanted)
    return web.json_response(recording_resource(recording, _origin(asked)))


async def delete_recording(services: RestServices, asked: ApiRequest) -> web.StreamResponse:
    return await recording_pages.deleted(services, asked, RecordingFilter(asked.account.id, deleted=False))


def _origin(asked: ApiRequest) -> str:
    return str(asked.http.url.origin())


RESOURCES: Final[Mapping[str, Resource]] = {
    "ListRecording": list_recordings,
    "FetchRecording": fetch_recording,
    "DeleteRecording": delete_recording,
    "FetchRecordingWav": recording_pages.downloaded,
    "FetchRecordingMp3": recording_pages.downloaded,
    "FetchRecordingAudio": recording_pages.downloaded,
}
