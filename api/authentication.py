"""Who is asking: the header X-API-Key."""

from http import HTTPStatus
from typing import Final

from aiohttp import web

from api.problems import Problem
from engine.accounts import Account
from engine.store import Accounts

HEADER: Final = "X-API-Key"


async def authenticate(request: web.Request, accounts: Accounts) -> Account:
    """The account that the request's key opens. Raises Problem 401."""
    key = request.headers.get(HEADER)
    if not key:
        raise Problem(HTTPStatus.UNAUTHORIZED, f"Send an API key in the header {HEADER}.")
    account = await accounts.authenticate(key)
    if account is None:
        raise Problem(HTTPStatus.UNAUTHORIZED, "This API key is unknown or was revoked.")
    return account
