"""/recordings/{id}/audio: opened as it is sent, whole or in part."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Final

from aiohttp import web

from api.asked import Asked
from api.ranges import Span, Unsatisfiable, asked_span
from api.services import Services
from engine.errors import NotFound, WrongState
from engine.recording import UNFINISHED, Recording, RecordingStatus
from engine.tape.audio import Audio
from engine.tape.wav import WavView

_BLOCK_BYTES: Final = 128 * 1024
_PRIVATE: Final = "private, no-store"


async def download_recording(services: Services, asked: Asked) -> web.StreamResponse:
    recording = asked.own("recording", await services.recordings.get(asked.path["recording_id"]))
    async with closed_audio(services, recording) as audio:
        return await _send_wav(asked.http, recording, WavView(audio))


@asynccontextmanager
async def closed_audio(services: Services, recording: Recording) -> AsyncIterator[Audio]:
    """What was recorded, while inside. Raises WrongState, NotFound, RecordingError, SealBroken."""
    if recording.status in UNFINISHED:
        raise WrongState(f"{recording.id} is still being recorded.")
    if recording.status is RecordingStatus.DELETED or recording.seconds is None:
        raise NotFound("audio of recording", recording.id)
    with await services.shelf.audio(recording) as audio:
        yield audio


def audio_headers(recording: Recording, suffix: str) -> dict[str, str]:
    """Of every answer that holds what was said."""
    return {
        "Content-Disposition": f'attachment; filename="{recording.id}.{suffix}"',
        "Cache-Control": _PRIVATE,
        "X-Content-Type-Options": "nosniff",
    }


async def _send_wav(request: web.Request, recording: Recording, view: WavView) -> web.StreamResponse:
    tag = f'"{recording.sha256}"'
    headers = audio_headers(recording, "wav") | {"Content-Type": "audio/wav", "Accept-Ranges": "bytes", "ETag": tag}
    condition = request.headers.get("If-Range")
    wanted = request.headers.get("Range") if condition in (None, tag) else None
    try:
        span = asked_span(wanted, view.size)
    except Unsatisfiable:
        return web.Response(
            status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, headers={"Content-Range": f"bytes */{view.size}"}
        )
    if span is not None:
        headers["Content-Range"] = span.content_range(view.size)
    part = span or Span(0, view.size)
    first = await _read(view, part)  # before the headers are out: what is broken is a problem document
    response = web.StreamResponse(status=HTTPStatus.PARTIAL_CONTENT if span else HTTPStatus.OK, headers=headers)
    response.content_length = part.end - part.first
    await response.prepare(request)
    await response.write(first)
    at = part.first + len(first)
    while at < part.end:
        block = await _read(view, Span(at, part.end))
        await response.write(block)
        at += len(block)
    await response.write_eof()
    return response


async def _read(view: WavView, span: Span) -> bytes:
    length = min(_BLOCK_BYTES, span.end - span.first)
    return await asyncio.to_thread(view.read, span.first, length)
