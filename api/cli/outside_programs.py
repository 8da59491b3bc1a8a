"""Connects a simulated call to programs outside: by the platform's rules for what leaves, its checks and signatures."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from api.cli.caller_sound import samples_of_file, samples_of_text
from api.cli.loop_in_thread import LoopInThread
from api.cli.program_address import egress_here
from api.cli.source import Signer
from api.doctor.programs.g711 import Samples
from api.doctor.programs.handshake import HandshakeTrial, examine_handshake
from api.doctor.programs.heard_sound import HeardSound
from api.doctor.programs.outside_stream import SimulatedStream
from api.node.speech import speech_service
from config.settings import load
from engine.errors import MediaError, SpeechError, WebhookError
from engine.model.hosts import before_port
from engine.ports import StreamPlan, StreamServer
from engine.ports.agents import AgentConnection
from engine.security.egress import Egress
from engine.security.guarded_resolver import GuardedResolver
from engine.simulator.outside import OutsideStream, PersonsWords, StreamWatch
from engine.simulator.run import Reach
from engine.store.values import utc_now
from engine.webhooks.agent_socket import AgentSocket, AgentSockets
from engine.webhooks.program_servers import ProgramServers, program_url
from tts.synthesizer import SpeechService

_PATIENCE_S: Final = 10.0
_MOST_MESSAGE_BYTES: Final = 1024 * 1024
"""Of a stream, as calls have it."""


@contextmanager
def programs_outside(signer: Signer | None) -> Iterator[Reach]:
    """What a simulation reaches programs with, while inside; handshakes are signed where there is a signer."""
    voice = _PersonsVoice()
    try:
        with tempfile.TemporaryDirectory() as folder:
            yield lambda: _Outside(signer, voice, Path(folder))
    finally:
        voice.close()


class _Outside:
    """Finds them and connects to them. Implements engine.simulator.outside.OutsidePrograms."""

    def __init__(self, signer: Signer | None, voice: "_PersonsVoice", folder: Path) -> None:
        self._egress = egress_here()
        resolver = GuardedResolver(self._egress, timeout_s=_PATIENCE_S)
        self._servers = ProgramServers(self._egress, resolver, signer, utc_now)
        self._voice = voice
        self._folder = folder

    async def server(self, account_id: str, url: str) -> StreamServer:
        try:
            return await self._servers.server(account_id, url)
        except WebhookError as error:
            raise await _with_advice(error, url, self._egress) from error

    def prepare(self, words: Sequence[PersonsWords], rate_hz: int) -> None:
        self._voice.make_ahead(words, rate_hz)

    def open(self, plan: StreamPlan, watch: StreamWatch) -> OutsideStream:
        heard = HeardSound(plan.sound.rate_hz, self._folder, watch.has_sounded)
        return SimulatedStream(plan, lambda: self._connected(plan.server), self._voice.samples, heard, watch)

    async def connect(self, account_id: str, url: str) -> AgentConnection:
        try:
            return await AgentSockets(self).connect(account_id, url)
        except WebhookError as error:
            raise await _with_advice(error, url, self._egress) from error

    async def _connected(self, server: StreamServer) -> AgentSocket:
        scheme = "wss" if server.secure else "ws"
        url = f"{scheme}://{before_port(server.host)}:{server.port}{server.path}"
        try:
            return await AgentSockets(_Found(server), most_bytes=_MOST_MESSAGE_BYTES).connect("", url)
        except WebhookError as error:
            raise await _with_advice(error, url, self._egress) from error


class _Found:
    """A server that was found already. Implements engine.ports.streams.ProgramFinder."""

    def __init__(self, server: StreamServer) -> None:
        self._server = server

    async def server(self, account_id: str, url: str) -> StreamServer:
        del account_id, url
        return self._server


class _PersonsVoice:
    """What persons say, as sound: made in a loop of its own, whose time is real; begun when it is wanted first."""

    def __init__(self) -> None:
        self._loop: LoopInThread | None = None
        self._service: SpeechService | None = None
        self._made: dict[tuple[PersonsWords, int], Samples] = {}

    def make_ahead(self, words: Sequence[PersonsWords], rate_hz: int) -> None:
        """Make all of it, and wait for that. Failures are told by `samples`."""
        for each in words:
            with suppress(SpeechError, MediaError):
                self._running().run(self._make(each, rate_hz))

    async def samples(self, words: PersonsWords, rate_hz: int) -> Samples:
        """The samples at this rate. Raises SpeechError, MediaError."""
        return await self._running().beside(self._make(words, rate_hz))

    def close(self) -> None:
        """Nothing is spoken any more."""
        if self._loop is None:
            return
        if self._service is not None:
            self._loop.run(self._service.close())
        self._loop.close()

    def _running(self) -> LoopInThread:
        self._loop = self._loop or LoopInThread("voice")
        return self._loop

    async def _make(self, words: PersonsWords, rate_hz: int) -> Samples:
        if (words, rate_hz) not in self._made:
            self._made[words, rate_hz] = await self._sound(words, rate_hz)
        return self._made[words, rate_hz]

    async def _sound(self, words: PersonsWords, rate_hz: int) -> Samples:
        if words.file is not None:
            return samples_of_file(words.file, rate_hz)
        if self._service is None:
            self._service = speech_service(load())
            await self._service.start()
        return await samples_of_text(self._service, words.text, words.language, rate_hz)


async def _with_advice(error: WebhookError, url: str, egress: Egress) -> WebhookError:
    """The same, with what is to be done about it where another look finds that."""
    try:
        trial = HandshakeTrial(program_url(url), egress, patience_s=_PATIENCE_S)
    except WebhookError:
        return error  # it says so itself
    findings = [each async for each in examine_handshake(trial) if not each.ok]
    if not findings:
        return error
    return WebhookError(f"{url}: {findings[0].detail}. {findings[0].advice}", error.fault)
