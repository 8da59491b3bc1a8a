"""/recordings"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from aiohttp import web

from api.http.contract import BASE_PATH
from api.http.cursor import next_cursor, place_of
from api.http.moments import moment
from api.http.requests import ApiRequest
from api.http.resources.audio import download_recording, draw_recording
from api.http.serializers import recording_json
from api.http.services import Resource, RestServices
from engine.errors import TelefoonError
from engine.model.recording import Recording, RecordingStatus
from engine.store.recordings import RecordingFilter


def audio_path(recording_id: str) -> str:
    """Where a recording is downloaded."""
    return f"{BASE_PATH}/recordings/{recording_id}/audio"


async def list_recordings(services: RestServices, asked: ApiRequest) -> web.Response:
    query = asked.query
    wanted = RecordingFilter(
        asked.account.id,
        query.get("call_id"),
        query.get("conference_id"),
        RecordingStatus(query["status"]) if "status" in query else None,
        query.get("source"),
        moment(query, "started_after"),
        moment(query, "started_before"),
    )
    found, total = await services.stores.recordings.find(
        wanted, query["page"], query["page_size"], place=place_of(query)
    )
    due = await services.deletion.after(asked.account.id, found)
    rows = [recording_json(each, audio_path(each.id), due.get(each.id)) for each in found]
    more = next_cursor(found, query["page_size"], lambda recording: recording.started_at)
    return web.json_response({"recordings": rows, "total": total, **more})


async def get_recording(services: RestServices, asked: ApiRequest) -> web.Response:
    recording = await looked_up(services, asked)
    due = await services.deletion.after(asked.account.id, [recording])
    return web.json_response(recording_json(recording, audio_path(recording.id), due.get(recording.id)))


async def looked_up(services: RestServices, asked: ApiRequest) -> Recording:
    """The recording that the path names, which is on the audit log each time. Raises NotFound, StoreError."""
    recording = await _own(services, asked)
    await asked.audited(services.stores.audit, "recording.read", recording.id, account=asked.account.id)
    return recording


async def delete_recording(services: RestServices, asked: ApiRequest) -> web.Response:
    recording = await _own(services, asked)
    # Before the deed: a process that dies in the middle of it leaves a row, not a recording that is gone unexplained.
    await asked.audited(services.stores.audit, "recording.delete", recording.id, account=asked.account.id)
    try:
        await services.call_service.delete_recording(asked.account.id, recording.id)
    except TelefoonError:
        await asked.audited(services.stores.audit, "recording.delete.refused", recording.id, account=asked.account.id)
        raise
    return web.Response(status=HTTPStatus.NO_CONTENT)


RESOURCES: Final[Mapping[str, Resource]] = {
    "listRecordings": list_recordings,
    "getRecording": get_recording,
    "deleteRecording": delete_recording,
    "downloadRecording": download_recording,
    "drawRecording": draw_recording,
}


async def _own(services: RestServices, asked: ApiRequest) -> Recording:
    return asked.own("recording", await services.stores.recordings.get(asked.path["recording_id"]))
