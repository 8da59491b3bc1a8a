"""/healthz, /readyz, /openapi.json, /v1/voice/flow-schema.json and /docs: open to all who reach this node."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from aiohttp import web

from api.http.documentation import page
from api.http.services import OpenResource, RestServices
from api.http.this_machine import is_of_this_machine
from engine.flow.schema import flow_schema


async def get_health(services: RestServices, request: web.Request) -> web.Response:
    del services, request
    return web.json_response({"status": "ok"})


async def get_readiness(services: RestServices, request: web.Request) -> web.Response:
    """Anybody is told whether the node is well; programs on this machine what its trunks carry, too."""
    found = await services.health.readiness()
    if not is_of_this_machine(request):
        found = {name: told for name, told in found.items() if name != "trunks"}
    return web.json_response(found, status=HTTPStatus.OK if found["ready"] else HTTPStatus.SERVICE_UNAVAILABLE)


async def get_document(services: RestServices, request: web.Request) -> web.Response:
    del request
    return web.json_response(services.published.document)


async def get_flow_schema(services: RestServices, request: web.Request) -> web.Response:
    del services, request
    return web.json_response(flow_schema(), content_type="application/schema+json")


async def get_documentation(services: RestServices, request: web.Request) -> web.Response:
    del request
    return web.Response(
        text=page(services.published.document),
        content_type="text/html",
        headers={"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"},
    )


RESOURCES: Final[Mapping[str, OpenResource]] = {
    "getHealth": get_health,
    "getReadiness": get_readiness,
    "getDocument": get_document,
    "getFlowSchema": get_flow_schema,
    "getDocumentation": get_documentation,
}
