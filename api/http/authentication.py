"""Authentication of requests by the header X-API-Key."""

from http import HTTPStatus
from typing import Final

import structlog
from aiohttp import web

from api.http.client_address import client_address
from api.http.contract import Operation
from api.http.problems import Problem
from engine.errors import KeyFromElsewhere
from engine.model.accounts import Caller, Scope, allowed
from engine.store.accounts import Accounts

HEADER: Final = "X-API-Key"

log = structlog.get_logger(__name__)


async def authenticate(request: web.Request, accounts: Accounts, operation: Operation) -> Caller:
    """Whom the request's key makes known. Raises Problem 401, and 403 where the key is not for this operation."""
    return await caller_with(request, accounts, Scope(operation.scope))


async def caller_with(request: web.Request, accounts: Accounts, scope: Scope) -> Caller:
    """Whom the request's key makes known. Raises Problem 401, and 403 where the key lacks the scope."""
    key = request.headers.get(HEADER)
    if not key:
        raise Problem(HTTPStatus.UNAUTHORIZED, f"Send an API key in the header {HEADER}.")
    address = client_address(request)
    try:
        caller = await accounts.caller(key, address)
    except KeyFromElsewhere as error:
        log.warning("key_from_elsewhere", key=error.key_id, address=str(address))
        raise
    if caller is None:
        raise Problem(HTTPStatus.UNAUTHORIZED, "This API key is unknown, has expired or was revoked.")
    if not allowed(caller.scopes, scope):
        raise Problem(
            HTTPStatus.FORBIDDEN,
            f"This API key lacks the scope {scope}. Make one with: telefoon keys create --account NAME --scope {scope}",
        )
    return caller
