"""/recordings"""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Final

from aiohttp import web

from api.asked import Asked
from api.cursor import moment, next_cursor, place_of
from api.published import BASE_PATH
from api.serializers import recording_json
from api.services import Resource, Services
from engine.errors import NotFound, WrongState
from engine.recording import Recording, RecordingStatus


def audio_path(recording_id: str) -> str:
    """Where a recording is downloaded."""
    return f"{BASE_PATH}/recordings/{recording_id}/audio"


async def list_recordings(services: Services, asked: Asked) -> web.Response:
    query = asked.query
    found, total = await services.recordings.find(
        asked.account.id,
        query.get("call_id"),
        query.get("conference_id"),
        query["page"],
        query["page_size"],
        place=place_of(query),
        since=moment(query, "started_after"),
        before=moment(query, "started_before"),
    )
    rows = [recording_json(each, audio_path(each.id)) for each in found]
    more = next_cursor(found, query["page_size"], lambda recording: recording.started_at)
    return web.json_response({"recordings": rows, "total": total, **more})


async def get_recording(services: Services, asked: Asked) -> web.Response:
    recording = await _own(services, asked)
    await services.audit.add(asked.actor, "recording.read", recording.id, account=asked.account.id)
    return web.json_response(recording_json(recording, audio_path(recording.id)))


async def delete_recording(services: Services, asked: Asked) -> web.Response:
    await services.desk.delete_recording(asked.account.id, asked.path["recording_id"])
    await services.audit.add(asked.actor, "recording.delete", asked.path["recording_id"], account=asked.account.id)
    return web.Response(status=HTTPStatus.NO_CONTENT)


async def download_recording(services: Services, asked: Asked) -> web.StreamResponse:
    recording = await _own(services, asked)
    if recording.status is RecordingStatus.IN_PROGRESS:
        raise WrongState(f"{recording.id} is still being recorded.")
    path = Path(recording.path)
    if not await asyncio.to_thread(path.is_file):
        raise NotFound("audio of recording", recording.id)
    # Before the first byte leaves: a download that is not on the audit log can't be.
    await services.audit.add(asked.actor, "recording.download", recording.id, account=asked.account.id)
    return web.FileResponse(
        path,
        headers={
            "Content-Type": "audio/wav",
            "Content-Disposition": f'attachment; filename="{recording.id}.wav"',
            "Cache-Control": "private, no-store",
        },
    )


RESOURCES: Final[Mapping[str, Resource]] = {
    "listRecordings": list_recordings,
    "getRecording": get_recording,
    "deleteRecording": delete_recording,
    "downloadRecording": download_recording,
}


async def _own(services: Services, asked: Asked) -> Recording:
    return asked.own("recording", await services.recordings.get(asked.path["recording_id"]))
