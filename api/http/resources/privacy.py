"""/privacy: what a person may ask for."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Final

import structlog
from aiohttp import web

from api.http.requests import ApiRequest
from api.http.services import Resource, RestServices
from engine.errors import RecordingError

log = structlog.get_logger(__name__)


async def export_personal_data(services: RestServices, asked: ApiRequest) -> web.StreamResponse:
    with services.limits.downloads.one(asked.account.id):
        return await _send(services, asked)


async def _send(services: RestServices, asked: ApiRequest) -> web.StreamResponse:
    export = await services.persons.export(asked.body["number"], [asked.account.id], asked.actor, asked.network)
    headers = {
        "Content-Type": "application/zip",
        "Content-Disposition": 'attachment; filename="personal-data.zip"',
        "Cache-Control": "private, no-store",
    }
    response = web.StreamResponse(headers=headers)
    first = await anext(export.chunks, b"")  # before the headers are out: a store that is away is a problem document
    await response.prepare(asked.http)
    await response.write(first)
    try:
        async for chunk in export.chunks:
            await response.write(chunk)
    except RecordingError as error:
        log.error("export_broken", error=str(error))
        if asked.http.transport is not None:
            asked.http.transport.close()  # without the end of the last chunk: nobody takes it for the whole
    return response


async def erase_personal_data(services: RestServices, asked: ApiRequest) -> web.Response:
    certificate = await services.persons.erase(asked.body["number"], [asked.account.id], asked.actor)
    return web.json_response(asdict(certificate))


RESOURCES: Final[Mapping[str, Resource]] = {
    "exportPersonalData": export_personal_data,
    "erasePersonalData": erase_personal_data,
}
