"""Authentication of requests by the header X-API-Key."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final

import structlog
from aiohttp import web

from api.http.client_address import client_address
from api.http.contract import Operation
from api.http.problems import ASKED_BY, Problem
from api.http.request_limits import RequestLimits
from engine.errors import KeyFromElsewhere
from engine.model.accounts import Address, Caller, Scope, allowed
from engine.store.accounts import Accounts

HEADER: Final = "X-API-Key"

log = structlog.get_logger(__name__)


async def authenticate(request: web.Request, accounts: Accounts, operation: Operation, limits: RequestLimits) -> Caller:
    """Whom the request's key makes known. Raises Problem 401, 403 where the key is not for this operation, and 429."""
    return await caller_with(request, accounts, Scope(operation.scope), limits)


async def caller_with(request: web.Request, accounts: Accounts, scope: Scope, limits: RequestLimits) -> Caller:
    """Whom the request's key makes known. Raises Problem 401, 403 where the key lacks the scope, and 429."""
    limits.take_of_address(request, client_address(request))
    key = request.headers.get(HEADER)
    if not key:
        raise Problem(HTTPStatus.UNAUTHORIZED, f"Send an API key in the header {HEADER}.")
    return await caller_known_by(accounts.caller, key, request, scope, limits)


async def caller_known_by(
    known: Callable[[str, Address | None], Awaitable[Caller | None]],
    secret: str,
    request: web.Request,
    scope: Scope,
    limits: RequestLimits,
) -> Caller:
    """Whom a secret makes known, by the look-up that is given. Raises Problem 401, 403 (the scope is lacking), 429."""
    address = client_address(request)
    limits.require_look(secret, address)
    try:
        caller = await known(secret, address)
    except KeyFromElsewhere as error:
        limits.note_wrong(secret, address)
        log.warning("key_from_elsewhere", key=error.key_id, address=str(address))
        raise
    if caller is None:
        limits.note_wrong(secret, address)
        raise Problem(HTTPStatus.UNAUTHORIZED, "This API key is unknown, has expired or was revoked.")
    limits.note_right(secret)
    request[ASKED_BY] = caller.key_id
    limits.take_of_key(request, caller.key_id)
    if not allowed(caller.scopes, scope):
        raise Problem(
            HTTPStatus.FORBIDDEN,
            f"This API key lacks the scope {scope}. Make one with: telefoon keys create --account NAME --scope {scope}",
        )
    return caller
