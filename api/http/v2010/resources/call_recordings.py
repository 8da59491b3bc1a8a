"""/Calls/{CallSid}/Recordings"""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final

from aiohttp import web

from api.http.requests import ApiRequest
from api.http.resources import calls
from api.http.resources.call_changes import change_of
from api.http.services import Resource, RestServices
from api.http.v2010 import recording_pages
from api.http.v2010.recording_resource import call_recording_resource
from api.http.v2010.translation import Parameter, Translation
from engine.errors import WrongState
from engine.live.orders import RecordingAction, RecordingChange
from engine.model.recording import Recording, RecordingSource, RecordingStatus
from engine.model.recording_shape import Channels, Tracks
from engine.store.recordings import RecordingFilter

BEGINS_WITHIN_S: Final = 1.0
"""How long an answer waits for a recording to begin; where somebody is asked for consent that takes longer."""
_LOOKS_EVERY_S: Final = 0.05

STATUS: Final = {
    "paused": RecordingAction.PAUSE.value,
    "in-progress": RecordingAction.RESUME.value,
    "stopped": RecordingAction.STOP.value,
}
"""What each Status orders of a recording."""

CREATE: Final = Translation(
    {
        "RecordingStatusCallback": Parameter("recording.status_callback"),
        "RecordingStatusCallbackEvent": Parameter("recording.status_callback_events"),
        "RecordingStatusCallbackMethod": Parameter("recording.status_callback_method"),
        "Trim": Parameter("recording.trim"),
        "RecordingChannels": Parameter("recording.channels"),
        "RecordingTrack": Parameter("recording.track"),
    },
    {WrongState: 21220},
    {"recording.action": RecordingAction.START.value, "recording.channels": Channels.MONO.value},
)
UPDATE: Final = Translation(
    {
        "Status": Parameter("recording.action", missing=20001, read=STATUS.__getitem__),
        "PauseBehavior": Parameter("recording.pause_behavior"),
    },
    {WrongState: 21220},
)


async def list_call_recordings(services: RestServices, asked: ApiRequest) -> web.Response:
    await calls.own_call(services, _as_call(asked))
    return await recording_pages.page_of(services, asked, _of_call(asked), call_recording_resource)


async def create_call_recording(services: RestServices, asked: ApiRequest) -> web.Response:
    with CREATE.told():
        order = CREATE.request(services, asked, "changeCall", call_id=asked.path["CallSid"])
        change = change_of(order.body)
        await calls.ordered(services, order, change)
    assert change.recording is not None
    begun = await _begun(services, change.recording.recording_id or "")
    recording = begun or _not_begun(asked, change.recording)
    return web.json_response(call_recording_resource(recording), status=HTTPStatus.CREATED)


async def fetch_call_recording(services: RestServices, asked: ApiRequest) -> web.Response:
    return web.json_response(call_recording_resource(await recording_pages.looked_up(services, asked, _of_call(asked))))


async def update_call_recording(services: RestServices, asked: ApiRequest) -> web.Response:
    recording = await recording_pages.named(services, _of_call(asked), asked.path["Sid"])
    with UPDATE.told():
        order = UPDATE.request(services, asked, "changeCall", call_id=asked.path["CallSid"])
        order.body["recording"]["recording_id"] = recording.id
        await calls.ordered(services, order, change_of(order.body))
    changed = await recording_pages.named(services, replace(_of_call(asked), deleted=True), recording.id)
    return web.json_response(call_recording_resource(changed))


async def delete_call_recording(services: RestServices, asked: ApiRequest) -> web.StreamResponse:
    return await recording_pages.deleted(services, asked, _of_call(asked))


RESOURCES: Final[Mapping[str, Resource]] = {
    "ListCallRecording": list_call_recordings,
    "CreateCallRecording": create_call_recording,
    "FetchCallRecording": fetch_call_recording,
    "UpdateCallRecording": update_call_recording,
    "DeleteCallRecording": delete_call_recording,
}


def _of_call(asked: ApiRequest) -> RecordingFilter:
    return RecordingFilter(asked.account.id, call_id=asked.path["CallSid"], deleted=False)


def _as_call(asked: ApiRequest) -> ApiRequest:
    """The request as the resource of /v1/voice reads it."""
    return asked.naming(call_id=asked.path["CallSid"])


async def _begun(services: RestServices, recording_id: str) -> Recording | None:
    """The recording as it is stored; None where it does not begin at once."""
    for _ in range(round(BEGINS_WITHIN_S / _LOOKS_EVERY_S)):
        found = await services.stores.recordings.get(recording_id)
        if found is not None:
            return found
        await asyncio.sleep(_LOOKS_EVERY_S)
    return None


def _not_begun(asked: ApiRequest, change: RecordingChange) -> Recording:
    """What there is while somebody has still to consent: an id, and nothing recorded."""
    plan = change.plan
    return Recording(
        id=change.recording_id or "",
        account_id=asked.account.id,
        source=RecordingSource.REST.value,
        status=RecordingStatus.ABSENT,
        path="",
        channels=2 if plan.channels is Channels.DUAL and plan.tracks is Tracks.BOTH else 1,
        rate_hz=0,
        started_at=datetime.now(UTC),
        node="",
        call_id=asked.path["CallSid"],
    )
