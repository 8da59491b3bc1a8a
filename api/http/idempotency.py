"""The header Idempotency-Key: the same request, sent again, is answered again and not carried out again.

After the IETF's draft-ietf-httpapi-idempotency-key-header. Only answers of 200 to 299 are kept: after any other, the
request was not carried out, and may be sent again with the same key.
"""

import asyncio
import hashlib
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final

from aiohttp import web

from api.http.bodies import body_of
from api.http.problems import Problem
from engine.aio.waits import to_its_end
from engine.model.accounts import Account
from engine.store.idempotency import IdempotencyKeys

HEADER: Final = "Idempotency-Key"
_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")


class IdempotentRequests:
    """Carries requests out once for each key; two that come together are answered one after the other."""

    def __init__(self, keys: IdempotencyKeys) -> None:
        self._keys = keys
        self._turns: dict[tuple[str, str], asyncio.Lock] = defaultdict(asyncio.Lock)
        self._waiting: dict[tuple[str, str], int] = defaultdict(int)

    async def answer(
        self, request: web.Request, account: Account, carry_out: Callable[[], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Raises Problem: 400 for a key that is none, 422 for another request with a known key, 409 if in doubt."""
        key = request.headers.get(HEADER)
        if key is None or request.method != "POST":
            return await carry_out()
        if not _KEY.fullmatch(key):
            raise Problem(
                HTTPStatus.BAD_REQUEST, f"{HEADER}: write 1 to 255 printable ASCII characters without blanks."
            )
        async with self._turn(account.id, key):
            return await self._first_or_again(request, account, key, carry_out)

    async def _first_or_again(
        self,
        request: web.Request,
        account: Account,
        key: str,
        carry_out: Callable[[], Awaitable[web.StreamResponse]],
    ) -> web.StreamResponse:
        fingerprint = hashlib.sha256(
            f"{request.method} {request.path_qs}\n".encode() + await body_of(request)
        ).hexdigest()
        kept = await self._keys.begin(account.id, key, fingerprint, datetime.now(UTC))
        if kept is None:
            return await self._first(account, key, carry_out)
        if kept.fingerprint != fingerprint:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"{HEADER}: {key} was used for another request.")
        if kept.status is None:
            raise Problem(
                HTTPStatus.CONFLICT,
                f"{HEADER}: the request with {key} is being worked on, or its answer was lost when the server stopped. "
                "See in the list whether it was carried out.",
            )
        headers = {"Idempotency-Replayed": "true"} | ({"Location": kept.location} if kept.location else {})
        return web.Response(text=kept.body, status=kept.status, content_type="application/json", headers=headers)

    async def _first(
        self, account: Account, key: str, carry_out: Callable[[], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        try:
            response = await carry_out()
        except BaseException:
            await to_its_end(self._keys.forget(account.id, key))
            raise
        if not HTTPStatus.OK <= response.status < HTTPStatus.MULTIPLE_CHOICES:  # as another node has answered
            await to_its_end(self._keys.forget(account.id, key))
            return response
        text = response.text or "" if isinstance(response, web.Response) else ""
        await self._keys.finish(account.id, key, response.status, text, response.headers.get("Location"))
        return response

    @asynccontextmanager
    async def _turn(self, account_id: str, key: str) -> AsyncIterator[None]:
        name = (account_id, key)
        self._waiting[name] += 1
        try:
            async with self._turns[name]:
                yield
        finally:
            self._waiting[name] -= 1
            if not self._waiting[name]:
                del self._waiting[name], self._turns[name]
