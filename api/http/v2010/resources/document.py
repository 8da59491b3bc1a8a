"""/openapi.json and /errors: open to all who reach this node."""

from collections.abc import Mapping
from html import escape
from typing import Final

from aiohttp import web

from api.http.services import OpenResource, RestServices
from api.http.v2010.codes import CODES
from api.http.v2010.contract import published

_STYLE: Final = "body{font:16px/1.5 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}"


async def fetch_document(services: RestServices, request: web.Request) -> web.Response:
    del services, request
    return web.json_response(published().document)


async def fetch_errors(services: RestServices, request: web.Request) -> web.Response:
    """What each error number means, as a page; more_info of an error leads to its place there."""
    del services, request
    rows = "".join(
        f"<tr id={code.number}><td>{code.number}<td>{int(code.status)}<td>{escape(code.meaning)}"
        for code in CODES.values()
    )
    title = "Error numbers of /2010-04-01"
    return web.Response(
        text=f"<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title><style>{_STYLE}</style>"
        f"<h1>{title}</h1><table><tr><th>Number<th>Status<th>Meaning{rows}</table></html>",
        content_type="text/html",
        headers={"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"},
    )


RESOURCES: Final[Mapping[str, OpenResource]] = {"FetchDocument": fetch_document, "FetchErrors": fetch_errors}
