"""Sends a request as often as its policy says, follows redirects, signs every hop, and writes each of them down.

Each redirect is followed by hand, so that each address is checked and each URL has a signature of its own.
"""

import asyncio
import itertools
from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Final, Generic, TypeVar

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientOSError,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    ServerDisconnectedError,
    ServerTimeoutError,
    TraceConfig,
)

from engine.errors import EgressDenied, SetupError, StoreError, WebhookError
from engine.flow_faults import FlowFault
from engine.ids import IdKind, new_id
from engine.model.webhook_exchange import ExchangeKind, WebhookExchange
from engine.security.egress import Egress
from engine.webhooks import signing
from engine.webhooks.connection_faults import fault_of
from engine.webhooks.incoming import Incoming, Unusable
from engine.webhooks.outbound_request import OutboundRequest
from engine.webhooks.policy import Failure, WebhookPolicy, failure_of
from engine.webhooks.request import WebRequest

T = TypeVar("T")

REDIRECT_LIMIT: Final = 3
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_RETRY_PAUSE_S: Final = 0.1


def noticing_reuse() -> TraceConfig:
    """Make the hooks by which a Sender learns which requests went out on a connection that was open already."""

    async def reused(_session: ClientSession, context: SimpleNamespace, _params: object) -> None:
        context.trace_request_ctx.was_open = True

    tracing = TraceConfig()
    tracing.on_connection_reuseconn.append(reused)
    return tracing


class Sender:
    """Sends errands over one session."""

    def __init__(self, session: ClientSession, egress: Egress, keyring: signing.Keyring | None) -> None:
        self._session = session
        self._egress = egress
        self._keyring = keyring

    async def send(self, errand: OutboundRequest[T]) -> T:
        """What `use` made of the answer. Every error becomes a WebhookError that names the request."""
        try:
            async with asyncio.timeout(errand.policy.whole_s):
                return await self._with_retries(errand)
        except TimeoutError:
            said = f"{errand.request.shown} was not answered within {errand.policy.whole_s:g} s."
            raise WebhookError(said, FlowFault.CONNECTION) from None

    async def _with_retries(self, errand: OutboundRequest[T]) -> T:
        valid = await self._secrets(errand)
        because: Failure | None = None
        for attempt in itertools.count(1):
            try:
                return await self._follow(_Attempt(errand, valid, attempt, because))
            except _Failed as failed:
                if not errand.policy.tries_again(attempt, failed.why):
                    raise WebhookError(f"{failed.request.shown} {failed.said}.", failed.fault) from failed
                because = failed.why
            await asyncio.sleep(_RETRY_PAUSE_S * attempt)
        raise AssertionError("attempts are counted for ever")

    async def _secrets(self, errand: OutboundRequest[T]) -> tuple[str, ...]:
        if self._keyring is None:
            return ()
        try:
            return tuple(await self._keyring.secrets(errand.owner.account_id))
        except (StoreError, SetupError) as error:
            raise WebhookError(f"{errand.request.shown} can't be signed: {error}", FlowFault.INTERNAL) from error

    async def _follow(self, attempt: "_Attempt[T]") -> T:
        request = attempt.errand.request
        for _ in range(REDIRECT_LIMIT + 1):
            reached = await self._hop(attempt, request)
            if not isinstance(reached, WebRequest):
                return reached.value
            request = reached
        raise _Failed(request, None, f"was redirected more than {REDIRECT_LIMIT} times", FlowFault.REDIRECTS)

    async def _hop(self, attempt: "_Attempt[T]", request: WebRequest) -> "WebRequest | _Used[T]":
        while True:
            line = _AttemptRecord(attempt, request)
            try:
                return await self._ask_once(attempt, request, line)
            except _ClosedMeanwhile:
                continue  # each such connection is gone now; a fresh one is at the end of them

    async def _ask_once(
        self, attempt: "_Attempt[T]", request: WebRequest, line: "_AttemptRecord"
    ) -> "WebRequest | _Used[T]":
        try:
            return await self._ask(attempt, request, line)
        except Unusable as reason:
            line.error = str(reason)
            raise _Failed(request, None, line.error, reason.fault) from None
        except (ClientError, OSError, ValueError) as error:
            why, line.error = _why(error, attempt.errand.policy)
            if line.met_closed_connection(error):
                raise _ClosedMeanwhile from None
            raise _Failed(request, why, line.error, fault_of(error)) from error
        except _Failed as failed:
            line.error = failed.said
            raise
        except EgressDenied as denied:
            line.error = str(denied)
            raise
        except asyncio.CancelledError:
            line.error = "was stopped: the time was over, or the call"
            raise
        finally:
            attempt.errand.note(line.exchange())

    async def _ask(
        self, attempt: "_Attempt[T]", request: WebRequest, line: "_AttemptRecord"
    ) -> "WebRequest | _Used[T]":
        self._egress.check(request.url)
        errand = attempt.errand
        asking = self._session.request(
            request.method,
            request.wire_url,
            data=request.body or None,
            headers=attempt.headers(request, line.at),
            allow_redirects=False,
            trace_request_ctx=line.connection,
            timeout=ClientTimeout(total=None, sock_connect=errand.policy.connect_s, sock_read=errand.policy.read_s),
        )
        async with asking as response:
            line.incoming = incoming = Incoming(response)
            if errand.jar is not None:
                errand.jar.update_cookies(response.cookies, response.url)
            location = response.headers.get("Location")
            if response.status in _REDIRECTS and location:
                return request.redirected(response.status, location)
            why = failure_of(response.status)
            if why is not None:
                await incoming.glance()
                if errand.policy.tries_again(attempt.number, why):
                    raise _Failed(request, why, f"was answered with {response.status}", FlowFault.RETRIEVAL)
            return _Used(await errand.use(incoming))


@dataclass(frozen=True, slots=True)
class _Used(Generic[T]):
    value: T


@dataclass(frozen=True, slots=True)
class _Attempt(Generic[T]):
    errand: OutboundRequest[T]
    secrets: tuple[str, ...]
    number: int
    because: Failure | None

    def headers(self, request: WebRequest, at: datetime) -> dict[str, str]:
        """The headers of one hop: its content's, its cookies and its signatures."""
        headers = {**self.errand.headers, **signing.headers(self.secrets, request, self.errand.id, at)}
        if request.content_type is not None:
            headers["Content-Type"] = request.content_type
        if self.errand.jar is not None:
            cookies = self.errand.jar.filter_cookies(request.url).values()
            if cookies:
                headers["Cookie"] = "; ".join(f"{each.key}={each.coded_value}" for each in cookies)
        return headers


@dataclass(slots=True)
class _Connection:
    """What the hooks tell of an attempt's. The answer keeps it, so it does not know the answer."""

    was_open: bool = False


class _AttemptRecord:
    """One line of the ledger while it comes about."""

    def __init__(self, attempt: "_Attempt[T]", request: WebRequest) -> None:
        self.at = datetime.now(UTC)
        self.incoming: Incoming | None = None
        self.error: str | None = None
        self.connection = _Connection()
        self._began = asyncio.get_running_loop().time()
        self._attempt = attempt
        self._request = request

    def met_closed_connection(self, error: Exception) -> bool:
        """Whether the server had closed the connection before this request came, which it then never saw.

        The request may be sent again (RFC 9112 §9.3.1), also where it is no idempotent one: its id is the same.
        """
        gone = isinstance(error, ServerDisconnectedError | ClientOSError)
        return gone and self.connection.was_open and self.incoming is None

    def exchange(self) -> WebhookExchange:
        errand = self._attempt.errand
        took_s = asyncio.get_running_loop().time() - self._began
        shows_answer = self.incoming is not None and errand.kind is not ExchangeKind.MEDIA
        return WebhookExchange(
            id=new_id(IdKind.EXCHANGE),
            request_id=errand.id,
            account_id=errand.owner.account_id,
            call_id=errand.owner.call_id,
            kind=errand.kind,
            at=self.at,
            method=self._request.method,
            url=self._request.shown_url,
            form=self._request.shown_params,
            format=self._request.format,
            attempt=self._attempt.number,
            latency_ms=round(took_s * 1000),
            status=self.incoming.status if self.incoming else None,
            error=self.error,
            retried_because=self._attempt.because.value if self._attempt.because else None,
            answer=self.incoming.excerpt if self.incoming and shows_answer else "",
        )


class _Failed(Exception):
    """An attempt failed; `said` follows the request in the error's text."""

    def __init__(self, request: WebRequest, why: Failure | None, said: str, fault: FlowFault) -> None:
        super().__init__(said)
        self.request = request
        self.why = why
        self.said = said
        self.fault = fault


class _ClosedMeanwhile(Exception):
    """The connection had been closed since it was used last."""


def _why(error: Exception, policy: WebhookPolicy) -> tuple[Failure | None, str]:
    match error:
        case ConnectionTimeoutError():
            return Failure.CONNECT, f"failed: no connection within {policy.connect_s:g} s"
        case ClientConnectorError():
            return Failure.CONNECT, _failed(error)
        case ServerTimeoutError():
            return Failure.READ, f"was not answered: silence for {policy.read_s or 0:g} s"
        case ServerDisconnectedError() | ClientOSError():
            return Failure.READ, _failed(error)
        case _:
            return None, _failed(error)


def _failed(error: Exception) -> str:
    return f"failed: {str(error) or type(error).__name__}"
