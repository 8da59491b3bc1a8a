"""/recordings/{id}/audio and /waveform: opened as they are sent; WAV whole or in part."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from pathlib import PurePosixPath
from typing import Final, TypeVar

import structlog
from aiohttp import hdrs, web

from api.http.content_negotiation import preferred
from api.http.ranges import Span, Unsatisfiable, asked_span
from api.http.requests import ApiRequest
from api.http.services import RestServices
from api.http.titles import TITLES
from engine.errors import NotFound, RecordingError, WrongState
from engine.live.session.stored import stored
from engine.model.recording import UNFINISHED, Recording, RecordingStatus
from engine.recordings.files.audio import Audio
from engine.recordings.files.encoding import MEDIA_TYPES, Format, encoded
from engine.recordings.files.wav import WavView
from engine.recordings.files.waveform import peaks, picture

_BLOCK_BYTES: Final = 128 * 1024
_PRIVATE: Final = "private, no-store"
_OTHER_NAMES: Final = {"audio/x-wav": Format.WAV, "audio/x-flac": Format.FLAC, "audio/opus": Format.OPUS}

log = structlog.get_logger(__name__)

Name = TypeVar("Name", bound=str)


async def download_recording(services: RestServices, asked: ApiRequest) -> web.StreamResponse:
    with services.limits.downloads.one(asked.account.id):
        return await _send(services, asked)


async def _send(services: RestServices, asked: ApiRequest) -> web.StreamResponse:
    recording = asked.own("recording", await services.stores.recordings.get(asked.path["recording_id"]))
    wanted = _wanted(asked, {MEDIA_TYPES[each]: each for each in Format} | _OTHER_NAMES, Format.WAV)
    async with closed_audio(services, recording) as audio:
        await _note_reading(services, asked, recording, "recording.download")
        if wanted is Format.WAV:
            return await _send_wav(services, asked.http, recording, WavView(audio))
        content = await services.recording_storage.listen(recording, partial(encoded, audio, wanted))
    headers = audio_headers(recording, wanted.value) | {"Content-Type": MEDIA_TYPES[wanted], "Accept-Ranges": "none"}
    response = web.Response(body=content, headers=headers)
    await response.prepare(asked.http)
    await response.write_eof()  # here, as a download is open until its reader has it
    return response


async def draw_recording(services: RestServices, asked: ApiRequest) -> web.StreamResponse:
    recording = asked.own("recording", await services.stores.recordings.get(asked.path["recording_id"]))
    wanted = _wanted(asked, {"application/json": "json", "image/png": "png"}, "json")
    async with closed_audio(services, recording) as audio:
        await _note_reading(services, asked, recording, "recording.waveform")
        found = await services.recording_storage.listen(recording, partial(peaks, audio, asked.query["points"]))
    if wanted == "png":
        content = await asyncio.to_thread(picture, found)
        return web.Response(body=content, headers=audio_headers(recording, "png") | {"Content-Type": "image/png"})
    body = {
        "recording_id": recording.id,
        "seconds": recording.seconds,
        "channels": recording.channels,
        "peaks": found.round(4).tolist(),
    }
    return web.json_response(body, headers={"Cache-Control": _PRIVATE, "Vary": "Accept"})


async def _note_reading(services: RestServices, asked: ApiRequest, recording: Recording, action: str) -> None:
    """Before the first byte leaves: what can't be on the audit log is not sent. Raises StoreError."""
    await asked.audited(services.stores.audit, action, recording.id, account=asked.account.id)


def _wanted(asked: ApiRequest, offered: Mapping[str, Name], otherwise: Name) -> Name:
    """The format that is wanted, by `format` or the path's suffix, else by Accept; otherwise the one sent unasked."""
    named = asked.query.get("format") or PurePosixPath(asked.http.path).suffix[1:] or None
    if named is not None:
        return next(each for each in offered.values() if each == named)
    return preferred(asked.http.headers.get("Accept"), offered) or otherwise


@asynccontextmanager
async def closed_audio(services: RestServices, recording: Recording) -> AsyncIterator[Audio]:
    """What was recorded, while inside. Raises WrongState, NotFound, RecordingError, SealBroken."""
    if recording.status in UNFINISHED:
        raise WrongState(f"{recording.id} is still being recorded.")
    if recording.status is RecordingStatus.DELETED or recording.seconds is None:
        raise NotFound("audio of recording", recording.id)
    with await services.recording_storage.audio(recording) as audio:
        yield audio


def audio_headers(recording: Recording, suffix: str) -> dict[str, str]:
    """The headers of every answer that holds what was said."""
    return {
        "Content-Disposition": f'attachment; filename="{recording.id}.{suffix}"',
        "Cache-Control": _PRIVATE,
        "X-Content-Type-Options": "nosniff",
        "Vary": "Accept",
    }


async def _send_wav(
    services: RestServices, request: web.Request, recording: Recording, view: WavView
) -> web.StreamResponse:
    tag = f'"{recording.sha256}"'
    headers = audio_headers(recording, "wav") | {"Content-Type": "audio/wav", "Accept-Ranges": "bytes", "ETag": tag}
    condition = request.headers.get("If-Range")
    wanted = request.headers.get("Range") if condition in (None, tag) else None
    try:
        span = asked_span(wanted, view.size)
    except Unsatisfiable:
        status = HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
        return web.Response(status=status, reason=TITLES[status], headers={"Content-Range": f"bytes */{view.size}"})
    if span is not None:
        headers["Content-Range"] = span.content_range(view.size)
    part = span or Span(0, view.size)
    first = await _read(
        services, recording, view, part
    )  # before the headers are out: what is broken is a problem document
    response = web.StreamResponse(status=HTTPStatus.PARTIAL_CONTENT if span else HTTPStatus.OK, headers=headers)
    response.content_length = part.end - part.first
    await response.prepare(request)
    if request.method == hdrs.METH_HEAD:
        return response
    await response.write(first)
    try:
        at = part.first + len(first)
        while at < part.end:
            block = await _read(services, recording, view, Span(at, part.end))
            await response.write(block)
            at += len(block)
    except RecordingError as error:
        log.error("recording_broken", recording=recording.id, error=str(error))
        await _note_broken(services, recording, error)
        if request.transport is not None:
            request.transport.close()  # shorter than was promised: nobody takes it for the whole
        return response
    await response.write_eof()
    return response


async def _note_broken(services: RestServices, recording: Recording, error: RecordingError) -> None:
    """Note a broken recording on its call: who downloads sees no more than that the connection was cut."""
    if recording.call_id is not None:
        facts = {"recording": recording.id, "reason": str(error)}
        await stored(services.stores.calls.add_event(recording.call_id, "recording_broken", facts, datetime.now(UTC)))


async def _read(services: RestServices, recording: Recording, view: WavView, span: Span) -> bytes:
    length = min(_BLOCK_BYTES, span.end - span.first)
    return await services.recording_storage.listen(recording, partial(view.read, span.first, length))
