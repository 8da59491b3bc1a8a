"""Asks speech servers over HTTP: one client for the node, which shares connections and keeps no cookies.

Not engine/web's: that one signs for an account, follows redirects and writes each exchange into the customers' ledger,
and a server of the operator's is nothing of theirs.
"""

import asyncio
import itertools
from ipaddress import ip_network
from typing import Any, Final

from aiohttp import ClientError, ClientResponse, ClientSession
from yarl import URL

from config.version import USER_AGENT
from engine.errors import EgressDenied
from engine.ports import Clock
from engine.security.egress import Egress
from engine.security.guarded_resolver import GuardedResolver, Lookup
from engine.security.residency import Residency
from engine.webhooks.guarded_session import guarded_session
from tts.script import ScriptUtterance
from tts.server_engine.answer import NoSpeech, as_file
from tts.server_engine.failures import ServerFailed, TextRefused
from tts.server_engine.retrying import RETRIED, pause_s
from tts.server_engine.server import SpeechServer, longest_bytes

CONNECTIONS_PER_SERVER: Final = 8
"""Prompts that are asked for at once; others wait, within their own time."""

# The setting that names a server is the operator's permission to reach it, wherever it is: mostly beside this machine.
# No customer chooses it, as they choose a webhook's URL. Where the data goes by country is judged all the same.
_ANYWHERE: Final = (ip_network("0.0.0.0/0"), ip_network("::/0"))

_CONNECT_S: Final = 2.0
_CHUNK_BYTES: Final = 64 * 1024
_OF_THIS_TEXT: Final = frozenset({400, 413, 422})
_KEY: Final = frozenset({401, 403})
_PATH: Final = frozenset({404, 405})


class ServerClient:
    """Speech by POST with JSON. `lookup` resolves names in the place of the system's resolver."""

    def __init__(self, clock: Clock, residency: Residency | None = None, lookup: Lookup | None = None) -> None:
        self._clock = clock
        self._egress = Egress(_ANYWHERE, residency)
        self._lookup = lookup
        self._session: ClientSession | None = None
        self._resolver: GuardedResolver | None = None
        self._closed = False

    async def speech(self, server: SpeechServer, utterance: ScriptUtterance, rate: int | None) -> bytes:
        """A file of sound with these words, not decoded yet; `rate` is in words per minute.

        It takes `server.timeout_s` at most, with all retries. Raises ServerFailed, TextRefused.
        """
        question = server.question(utterance, rate)
        ends = self._clock.monotonic() + server.timeout_s
        try:
            async with asyncio.timeout(server.timeout_s):
                for retry in itertools.count():
                    try:
                        return await self._ask(server, question, longest_bytes(utterance))
                    except _Passing as failed:
                        left_s = ends - self._clock.monotonic()
                        pause = pause_s(retry, left_s, failed.retry_after, self._clock.now())
                        if pause is None:
                            raise ServerFailed(_told(server, str(failed))) from failed
                        await self._clock.sleep(pause)
        except TimeoutError:
            raise ServerFailed(
                _told(server, f"did not speak within {server.timeout_s:g} s. Is it fast enough? See timeout_s")
            ) from None
        raise AssertionError("retries are counted for ever")

    async def close(self) -> None:
        """Nothing is open afterwards, nor is anything asked."""
        self._closed = True
        if self._session is not None:
            await self._session.close()
            self._session = None
        if self._resolver is not None:
            await self._resolver.close()  # the session leaves a resolver that it was given to whoever gave it
            self._resolver = None

    async def _ask(self, server: SpeechServer, question: dict[str, Any], limit_bytes: int) -> bytes:
        url = URL(server.url)
        try:
            self._egress.check(url)
            async with self._opened().post(
                url, json=question, headers=_headers(server), allow_redirects=False
            ) as response:
                _require_well(server, response)
                body = await _read(response, limit_bytes)
            return as_file(server, response.content_type, body)
        except NoSpeech as wrong:
            raise ServerFailed(_told(server, f"{wrong}. Does it know the response_format {server.format}?")) from None
        except EgressDenied as denied:
            raise ServerFailed(_told(server, f"may not be asked: {denied}")) from None
        except (ClientError, OSError) as error:
            raise _Passing(f"can't be reached: {_reason(error)}. Does it run?") from error

    def _opened(self) -> ClientSession:
        """The session, which needs a running loop and so is made with the first request."""
        if self._closed:
            raise ServerFailed("The server is shutting down.")
        if self._session is None:
            self._resolver = GuardedResolver(self._egress, self._lookup, _CONNECT_S)
            self._session = guarded_session(
                self._resolver,
                user_agent=USER_AGENT,
                connections_per_server=CONNECTIONS_PER_SERVER,
                connect_s=_CONNECT_S,
            )
        return self._session


class _Passing(Exception):
    """A request failed in a way that may pass; the text follows the server's name."""

    def __init__(self, said: str, retry_after: str | None = None) -> None:
        super().__init__(said)
        self.retry_after = retry_after


def _headers(server: SpeechServer) -> dict[str, str]:
    return {"Authorization": f"Bearer {server.key}"} if server.key else {}


def _require_well(server: SpeechServer, response: ClientResponse) -> None:
    """Judge the status and the headers. Raises ServerFailed, TextRefused, _Passing, NoSpeech."""
    status = response.status
    if 200 <= status < 300:
        encoding = response.headers.get("Content-Encoding", "identity")
        if encoding.lower() != "identity":
            raise NoSpeech("answered with packed sound, which was not asked for")
        return
    if status in RETRIED:
        raise _Passing(f"failed with {status}. Its own log tells why", response.headers.get("Retry-After"))
    if status in _OF_THIS_TEXT:
        voice = f"the model {server.model} and the voice {server.voice}"
        raise TextRefused(_told(server, f"does not say this text with {voice} ({status}). Does it know them?"))
    if status in _KEY:
        raise ServerFailed(_told(server, f"does not take the key ({status}). Set the key of this server"))
    if status in _PATH:
        raise ServerFailed(
            _told(server, f"has nothing at this path ({status}). Write the whole URL, mostly …/v1/audio/speech")
        )
    if 300 <= status < 400:
        raise ServerFailed(_told(server, f"redirects ({status}), which is not followed. Write where it leads to"))
    raise ServerFailed(_told(server, f"answered with {status}"))


async def _read(response: ClientResponse, limit_bytes: int) -> bytes:
    if (response.content_length or 0) > limit_bytes:
        raise _too_long(limit_bytes)
    body = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
        body += chunk
        if len(body) > limit_bytes:
            raise _too_long(limit_bytes)
    return bytes(body)


def _too_long(limit_bytes: int) -> NoSpeech:
    return NoSpeech(f"answered with more than {limit_bytes // 1024} KiB, which these few words can't take")


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__


def _told(server: SpeechServer, what: str) -> str:
    end = "" if what.endswith(("?", ".")) else "."
    return f"The speech server {server.url} {what}{end}"
