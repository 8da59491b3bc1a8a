"""Requests that another node must answer: passed on to it as they came, once, and its answer given back.

The client's key stays here: the other node is told who asks by a header that is signed between nodes.
"""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

import aiohttp
import structlog
from aiohttp import hdrs, web

from api.http.bodies import body_of
from api.http.client_address import client_address, set_client
from api.http.contract import Operation
from api.http.membership import OtherNodes
from api.http.owners import ANSWERED_BY_THE_OWNER, CARRIED_IN_THE_REGION, call_alone, identifiers_in, owner_of
from api.http.problems import Problem
from engine.errors import NoNodeInRegion
from engine.model.accounts import Caller, Scope
from engine.model.node import Node
from engine.routing.regions import carriers, may_carry
from engine.security.inside_requests import Asked, InsideRequests, NotInside
from engine.store.stores import Stores

INSIDE: Final = "Telefoon-Inside"
"""The header by which a node is known to another one."""
DEADLINE_S: Final = 20.0
READ_S: Final = 2.0
"""Who only looks is answered from the database where the other node takes longer."""
_CONNECT_S: Final = 1.0
_PIECE_BYTES: Final = 64 * 1024
_AGAIN_AFTER_S: Final = 5
_STREAMED: Final = frozenset({"downloadRecording", "FetchRecordingWav", "FetchRecordingMp3", "FetchRecordingAudio"})
_FILES: Final = _STREAMED | {"drawRecording"}
_GIVEN: Final = (
    hdrs.CONTENT_TYPE, hdrs.ACCEPT, hdrs.RANGE, hdrs.IF_RANGE, hdrs.IF_NONE_MATCH, hdrs.IF_MATCH, hdrs.ACCEPT_LANGUAGE,
)  # fmt: skip
"""Headers of a request that say what is wanted; none that says who asks."""
_NOT_PASSED_ON: Final = frozenset({"connection", "date", "keep-alive", "server", "transfer-encoding"})
"""Headers of an answer that are of one connection (RFC 9110 §7.6.1), or that this server writes itself."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Forwarding:
    """Asks other nodes over `client`, and believes what they sign; `now` is UTC."""

    nodes: OtherNodes
    inside: InsideRequests
    now: Callable[[], datetime]
    client: aiohttp.ClientSession = field(repr=False)

    async def answer(
        self,
        request: web.Request,
        caller: Caller,
        operation: Operation,
        stores: Stores,
        carries: Callable[[str], bool],
    ) -> web.StreamResponse | None:
        """Another node's answer; None where this one must answer. Raises Problem where nobody can now, StoreError.

        `carries` tells of a call whether this node carries it now: then nothing need be asked of the database. What
        begins a call or a room where nobody may carry it now raises NoNodeInRegion.
        """
        if (theirs := await self._of_owner(request, caller, operation, stores, carries)) is not None:
            return theirs
        if operation.id not in CARRIED_IN_THE_REGION or may_carry(self.nodes.region, caller.account.region):
            return None
        return await self._in_the_region(request, caller, operation, stores)

    async def _of_owner(
        self,
        request: web.Request,
        caller: Caller,
        operation: Operation,
        stores: Stores,
        carries: Callable[[str], bool],
    ) -> web.StreamResponse | None:
        others = self.nodes.others()
        if not others or operation.id not in ANSWERED_BY_THE_OWNER or INSIDE in request.headers:
            return None
        named = [*identifiers_in(request.match_info), *await _named_within(request, operation)]
        call_id = call_alone(named)
        if call_id is not None and carries(call_id):
            return None
        name = await owner_of(stores, named)
        if name is None or name == self.nodes.name:
            return None
        node = next((each for each in others if each.name == name), None)
        if node is None:
            _require_no_file_of(name, operation)
            return None
        try:
            return await self._passed_on(request, caller, operation, node)
        except aiohttp.ClientConnectorError:
            _require_no_file_of(name, operation)
            return None  # the node got nothing of it
        except (aiohttp.ClientError, TimeoutError) as error:
            log.warning("not_forwarded", node=name, path=request.path, reason=str(error) or type(error).__name__)
            if not _is_read(request):
                raise _unanswered(name) from None
            _require_no_file_of(name, operation)
            return None  # its rows tell all but the last moment

    async def _in_the_region(
        self, request: web.Request, caller: Caller, operation: Operation, stores: Stores
    ) -> web.StreamResponse:
        """The answer of the node of the account's region that has the least to do, or the next that is there."""
        region = caller.account.region
        for node in carriers(region, self.nodes.others()) if INSIDE not in request.headers else ():
            await stores.database.end_reads()
            try:
                return await self._passed_on(request, caller, operation, node)
            except aiohttp.ClientConnectorError as error:
                log.warning("not_forwarded", node=node.name, path=request.path, reason=str(error))
            except (aiohttp.ClientError, TimeoutError) as error:
                log.warning(
                    "not_forwarded", node=node.name, path=request.path, reason=str(error) or type(error).__name__
                )
                raise _unanswered(node.name) from None
        log.warning("no_node_in_region", region=region, account=caller.account.id, path=request.path)
        raise NoNodeInRegion(region)

    async def caller(self, request: web.Request, operation: Operation, stores: Stores) -> Caller | None:
        """The client for whom another node asks; None where no node does. Raises Problem 401, StoreError."""
        if INSIDE not in request.headers:
            return None
        try:
            about = self.told_by_node(request, await body_of(request))
        except NotInside as error:
            raise Problem(HTTPStatus.UNAUTHORIZED, f"This is no request of another node: {error}") from None
        account = await stores.accounts.by_id(about["account"])
        scopes = frozenset(Scope(each) for each in about["scopes"])
        if account is None or about["operation"] != operation.id:
            raise Problem(HTTPStatus.UNAUTHORIZED, "This is no request of another node.")
        set_client(request, about["client"])
        return Caller(account, about["key"], scopes)

    def told_by_node(self, request: web.Request, body: bytes) -> Mapping[str, Any]:
        """What another node tells about a request of its own with this body. Raises NotInside for anybody else's."""
        asked = Asked(request.method, request.path_qs, body)
        try:
            return self.inside.read(request.headers.get(INSIDE, ""), asked, self.now())
        except NotInside as error:
            log.warning("not_from_a_node", address=request.remote, reason=str(error))
            raise

    async def _passed_on(
        self, request: web.Request, caller: Caller, operation: Operation, node: Node
    ) -> web.StreamResponse:
        asked = Asked(request.method, request.path_qs, await body_of(request))
        client = client_address(request)
        about: Mapping[str, Any] = {
            "operation": operation.id,
            "account": caller.account.id,
            "key": caller.key_id,
            "scopes": sorted(caller.scopes),
            "client": None if client is None else str(client),
        }
        headers: dict[str, str] = {name: request.headers[name] for name in _GIVEN if name in request.headers}
        headers[INSIDE] = self.inside.signed(node.name, asked, about, self.now())
        is_streamed = operation.id in _STREAMED
        deadline_s = READ_S if _is_read(request) else DEADLINE_S
        timeout = aiohttp.ClientTimeout(
            total=None if is_streamed else deadline_s, sock_connect=_CONNECT_S, sock_read=DEADLINE_S
        )
        url = f"{node.rest_url}{request.path_qs}"
        async with self.client.request(
            request.method, url, data=asked.body or None, headers=headers, timeout=timeout, allow_redirects=False
        ) as answer:
            if is_streamed:
                return await _streamed(request, answer)
            async with asyncio.timeout(deadline_s):
                return web.Response(body=await answer.read(), status=answer.status, headers=_told(answer))


def _unanswered(node: str) -> Problem:
    return Problem(
        HTTPStatus.GATEWAY_TIMEOUT,
        f"The node {node}, which must answer this, does not; it may have done what was asked, so look first.",
    )


async def _named_within(request: web.Request, operation: Operation) -> Sequence[str]:
    """The call that the body names, of a request whose path does not; the operation itself refuses what is none."""
    if operation.id != "takeFromQueue":
        return ()
    try:
        call_id = json.loads(await body_of(request))["call_id"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return ()
    return [call_id] if isinstance(call_id, str) else ()


def _is_read(request: web.Request) -> bool:
    return request.method in (hdrs.METH_GET, hdrs.METH_HEAD)


async def _streamed(request: web.Request, answer: aiohttp.ClientResponse) -> web.StreamResponse:
    response = web.StreamResponse(status=answer.status, headers=_told(answer))
    await response.prepare(request)
    async for piece in answer.content.iter_chunked(_PIECE_BYTES):
        await response.write(piece)
    await response.write_eof()
    return response


def _told(answer: aiohttp.ClientResponse) -> Mapping[str, str]:
    return {name: value for name, value in answer.headers.items() if name.lower() not in _NOT_PASSED_ON}


def _require_no_file_of(name: str, operation: Operation) -> None:
    """Raise Problem where sound on the disk of a lost node is wanted: all else is answered for by the database."""
    if operation.id in _FILES:
        raise Problem(
            HTTPStatus.SERVICE_UNAVAILABLE,
            f"What was recorded is on the disk of the node {name}, which does not answer; try again when it is back.",
            again_after_s=_AGAIN_AFTER_S,
        )
