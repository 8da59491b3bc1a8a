"""/privacy: what a person may ask for."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Final

from aiohttp import web

from api.asked import Asked
from api.services import Resource, Services


async def export_personal_data(services: Services, asked: Asked) -> web.StreamResponse:
    export = await services.persons.export(asked.body["number"], [asked.account.id], asked.actor)
    headers = {
        "Content-Type": "application/zip",
        "Content-Disposition": 'attachment; filename="personal-data.zip"',
        "Cache-Control": "private, no-store",
    }
    response = web.StreamResponse(headers=headers)
    await response.prepare(asked.http)
    async for chunk in export.chunks:
        await response.write(chunk)
    return response


async def erase_personal_data(services: Services, asked: Asked) -> web.Response:
    certificate = await services.persons.erase(asked.body["number"], [asked.account.id], asked.actor)
    return web.json_response(asdict(certificate))


RESOURCES: Final[Mapping[str, Resource]] = {
    "exportPersonalData": export_personal_data,
    "erasePersonalData": erase_personal_data,
}
