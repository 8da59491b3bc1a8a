"""Basic authentication (RFC 7617) by an account's id and its secret, or by an API key's id and the key."""

import base64
from http import HTTPStatus
from typing import Final

from aiohttp import hdrs, web

from api.http.authentication import caller_known_by
from api.http.client_address import client_address
from api.http.contract import Operation
from api.http.problems import Problem
from api.http.services import RestServices
from engine.errors import NotFound
from engine.model.accounts import CALLS_ONLY, Address, Caller, Scope
from engine.store.stores import Stores

ACCOUNT: Final = "AccountSid"
_ASK: Final = "Send the account's id and its secret, or an API key's id and the key, by Basic authentication."


async def authenticate(request: web.Request, services: RestServices, operation: Operation) -> Caller:
    """Whom user and password make known. Raises Problem 401, 403, 404 (another account's path) and 429."""
    services.limits.take_of_address(request, client_address(request))
    user, password = _given(request)

    async def known(secret: str, address: Address | None) -> Caller | None:
        return await _caller(services.stores, user, secret, address)

    caller = await caller_known_by(known, password, request, Scope(operation.scope), services.limits)
    account_id = request.match_info.get(ACCOUNT, caller.account.id)
    if account_id != caller.account.id:
        raise NotFound("account", account_id)
    return caller


def _given(request: web.Request) -> tuple[str, str]:
    """User and password of the header Authorization. Raises Problem 401."""
    scheme, _, encoded = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:
        raise Problem(HTTPStatus.UNAUTHORIZED, _ASK) from None
    if scheme.lower() != "basic" or not user or not password:
        raise Problem(HTTPStatus.UNAUTHORIZED, _ASK)
    return user, password


async def _caller(stores: Stores, user: str, password: str, address: Address | None) -> Caller | None:
    """Whom a pair opens: a key by its own id or its account's, and an account's secret by its account's."""
    caller = await stores.accounts.caller(password, address)
    if caller is not None:
        return caller if user in (caller.key_id, caller.account.id) else None
    secret_id = await stores.account_secrets.which(user, password)
    account = await stores.accounts.by_id(user) if secret_id is not None else None
    return Caller(account, secret_id, CALLS_ONLY) if account is not None and secret_id is not None else None
