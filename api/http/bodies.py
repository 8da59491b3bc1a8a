"""Reads a request's body, for as long as its client may take to send it."""

import asyncio
from http import HTTPStatus
from typing import Final

from aiohttp import web

from api.http.problems import Problem

BODY_S: Final = web.AppKey("body_s", float)
"""In the application: how many seconds a client has to send a body."""


async def body_of(request: web.Request) -> bytes:
    """The whole of it. Raises Problem: 408 where it does not come in time, 400 where it can't be read, and 413."""
    limit_s = request.config_dict.get(BODY_S)
    try:
        async with asyncio.timeout(limit_s):
            return await request.read()
    except TimeoutError:
        raise Problem(HTTPStatus.REQUEST_TIMEOUT, f"The body did not come within {limit_s:g} s.", closes=True) from None
    except web.RequestPayloadError:
        detail = "The body can't be read: it is not in its Content-Encoding."
        raise Problem(HTTPStatus.BAD_REQUEST, detail, closes=True) from None
