"""Asking speech servers so that one which fails holds up nobody: each has a circuit breaker."""

from typing import Protocol

import structlog

from engine.ports import Clock
from tts.script import ScriptUtterance
from tts.server_engine.breaker import REST_S, CircuitBreaker
from tts.server_engine.failures import ServerFailed, ServerResting
from tts.server_engine.server import SpeechServer

log = structlog.get_logger(__name__)


class SpeechServerClient(Protocol):
    """The client that asks a server once, as ServerClient does."""

    async def speech(self, server: SpeechServer, utterance: ScriptUtterance, rate: int | None) -> bytes:
        """A file of sound. Raises ServerFailed, TextRefused."""
        ...

    async def close(self) -> None: ...


class Asker:
    """Asks speech servers, with retries and a circuit breaker. Languages that share a URL share its breaker."""

    def __init__(self, client: SpeechServerClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._breakers: dict[str, CircuitBreaker] = {}

    async def speech(self, server: SpeechServer, utterance: ScriptUtterance, rate: int | None) -> bytes:
        """Ask for speech as the client does. Raises ServerResting at once while the server is given up, too.

        That a server was given up, and that it is back, is logged once each.
        """
        breaker = self._breakers.setdefault(server.url, CircuitBreaker(self._clock))
        if not breaker.admits():
            raise ServerResting(f"The speech server {server.url} has failed again and again, and is not asked for now.")
        try:
            sound = await self._client.speech(server, utterance, rate)
        except ServerFailed as failed:
            if breaker.failed():
                log.warning("speech_server_away", url=server.url, seconds=REST_S, error=str(failed))
            raise
        except BaseException:
            # The text was refused, or who asked has gone: that tells nothing of the server.
            breaker.abandoned()
            raise
        if breaker.succeeded():
            log.info("speech_server_back", url=server.url)
        return sound

    async def close(self) -> None:
        """Close the client."""
        await self._client.close()
