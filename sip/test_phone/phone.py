"""The test phone: a far end that answers, or calls, and does what its script says."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Self

from config.codecs import PREFERENCE
from config.settings import SipTransport
from engine.aio.tasks import started
from engine.aio.waits import joined, to_its_end
from engine.errors import LegGone, TelefoonError
from engine.model.trunk import Trunk
from engine.ports import (
    Alerted,
    Answered,
    DialRequest,
    DigitPressed,
    Ear,
    HungUp,
    InboundCall,
    LegEvent,
    MediaChanged,
    Said,
)
from engine.recordings.files.audio import RecordedFile
from engine.recordings.files.wav_recording import WavRecording
from sip.config import ListenAddress, SipConfig, Tls
from sip.leg import SipLeg
from sip.test_phone.script import PhoneScript
from sip.trunks.failover_leg import FailoverLeg
from sip.user_agent import UserAgent

RTP_PORTS: Final = (16000, 20000)
_CLOSE_S: Final = 15.0  # of recordings too, which a slow disk may hold up
_REGISTRATION_POLL_S: Final = 0.1


AnyLeg = SipLeg | FailoverLeg


class PhoneEventKind(StrEnum):
    """The events of a test phone."""

    LISTENING = "listening"
    REGISTRATION = "registration"
    RINGING = "ringing"
    ANSWERED = "answered"
    MEDIA = "media"
    DIGIT = "digit"
    SENT = "sent"
    HUNG_UP = "hung_up"
    RECORDED = "recorded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class PhoneEvent:
    """Something that happened to the phone. `call` counts its calls from 1; 0 is the phone itself."""

    kind: PhoneEventKind
    call: int = 0
    facts: Mapping[str, Any] = field(default_factory=dict)
    at: datetime = field(default_factory=lambda: datetime.now(UTC))


Tell = Callable[[PhoneEvent], None]


@dataclass(frozen=True, slots=True)
class PhoneLine:
    """The line of a phone: where it is reached, and the registrar it registers with (port 0: any free port)."""

    host: str = "127.0.0.1"
    port: int = 0
    transports: tuple[SipTransport, ...] = (SipTransport.UDP, SipTransport.TCP)
    registrar: Trunk | None = None
    codecs: tuple[str, ...] = PREFERENCE
    rtp_ports: tuple[int, int] = RTP_PORTS
    tls: Tls = Tls()  # noqa: RUF009  # frozen
    log_file: Path | None = None

    def on_port(self, port: int) -> SipConfig:
        return SipConfig(
            listening=ListenAddress(self.host, port, self.transports, None, *self.rtp_ports),
            codecs=self.codecs,
            session_expires_s=1800,
            tls=self.tls,
            allow=(),
            log_file=self.log_file,
            any_source=True,
        )


class Phone:
    """A user agent with one script for all its calls."""

    def __init__(self, script: PhoneScript, tell: Tell) -> None:
        self._script = script
        self._tell = tell
        self._agent: UserAgent | None = None
        self._live: dict[asyncio.Task[bool], AnyLeg] = {}
        self._calls = 0
        self._ended = 0
        self._one_ended = asyncio.Event()

    @classmethod
    @asynccontextmanager
    async def open(cls, line: PhoneLine, script: PhoneScript, tell: Tell) -> AsyncIterator[Self]:
        """A phone that listens. Raises SetupError if its port is taken; on leaving, its calls are hung up."""
        phone = cls(script, tell)
        port = line.port or free_port(line.host)
        trunks = [line.registrar] if line.registrar else []
        phone._agent = await UserAgent.start(line.on_port(port), phone._incoming, trunks=trunks)
        try:
            tell(PhoneEvent(PhoneEventKind.LISTENING, facts={"host": line.host, "port": port}))
            if line.registrar is not None:
                await phone._register(line.registrar)
            yield phone
        finally:
            try:
                await phone._hang_up_all()
            finally:
                # Also where a signal interrupts it: the SIP thread would keep the process alive for ever.
                await phone._agent.close()

    async def dial(self, uri: str, caller: str) -> bool:
        """Call a SIP URI and live that call to its end; whether it was answered. Raises SipError."""
        leg = await self._user_agent().dial(DialRequest(uri, caller, call_id=""))
        # Shielded: a caller who stops waiting leaves the call to be hung up with the phone.
        return await joined(self._begin(leg))

    async def take_calls(self, number: int | None) -> None:
        """Returns once `number` calls have ended; never, if it is None."""
        while number is None or self._ended < number:
            self._one_ended.clear()
            await self._one_ended.wait()

    def _incoming(self, leg: SipLeg, arrival: InboundCall) -> None:
        facts = {"from": arrival.caller, "to": arrival.called, "source": arrival.source}
        self._tell(PhoneEvent(PhoneEventKind.RINGING, self._calls + 1, facts))
        self._begin(leg, self._pick_up(leg))

    def _begin(self, leg: AnyLeg, opening: Coroutine[Any, Any, None] | None = None) -> asyncio.Task[bool]:
        self._calls += 1
        talk = _Talk(self._user_agent(), leg, self._script, self._calls, self._tell)
        task = started(talk.live(opening))
        self._live[task] = leg
        task.add_done_callback(self._over)
        return task

    def _over(self, task: asyncio.Task[bool]) -> None:
        del self._live[task]
        self._ended += 1
        self._one_ended.set()
        if not task.cancelled():
            task.result()  # an error of our own is told by asyncio's handler

    async def _pick_up(self, leg: SipLeg) -> None:
        if self._script.refusal is not None:
            await leg.refuse(self._script.refusal)
            return
        await leg.ring()
        if self._script.answer_after_s is not None:
            await asyncio.sleep(self._script.answer_after_s)
            await leg.answer()

    async def _hang_up_all(self) -> None:
        live = dict(self._live)
        for leg in live.values():
            await leg.hang_up()
        if live:
            await asyncio.wait(live, timeout=_CLOSE_S)

    async def _register(self, registrar: Trunk) -> None:
        while not (state := (await self._user_agent().registrations())[registrar.name]).code:  # noqa: ASYNC110 (it has no event)
            await asyncio.sleep(_REGISTRATION_POLL_S)
        facts = {"active": state.active, "code": state.code, "reason": state.reason}
        self._tell(PhoneEvent(PhoneEventKind.REGISTRATION, facts=facts))

    def _user_agent(self) -> UserAgent:
        assert self._agent is not None, "the phone is not open"
        return self._agent


class _Talk:
    """One call of the phone, from its first event to its last."""

    def __init__(self, agent: UserAgent, leg: AnyLeg, script: PhoneScript, number: int, tell: Tell) -> None:
        self._agent = agent
        self._leg = leg
        self._script = script
        self._number = number
        self._notify = tell
        self._answered = False
        self._over = asyncio.Event()

    async def live(self, opening: Coroutine[Any, Any, None] | None) -> bool:
        """Whether the call was answered."""
        async with asyncio.TaskGroup() as group:
            deeds = [group.create_task(self._deed(opening))] if opening else []
            async for event in self._leg.events():
                self._tell_of(event)
                if isinstance(event, Answered):
                    self._answered = True
                    # Not one of the deeds that are cancelled: a recording that has begun must be closed.
                    group.create_task(self._deed(self._record()))
                    deeds += [group.create_task(self._deed(deed)) for deed in self._deeds()]
            self._over.set()
            for deed in deeds:
                deed.cancel()
        return self._answered

    def _deeds(self) -> list[Coroutine[Any, Any, None]]:
        script = self._script
        deeds = []
        if script.play is not None:
            deeds.append(self._play(script.play))
        if script.digits:
            deeds.append(self._press())
        if script.hang_up_after_s is not None:
            deeds.append(self._hang_up(script.hang_up_after_s))
        return deeds

    async def _deed(self, deed: Coroutine[Any, Any, None]) -> None:
        try:
            await deed
        except LegGone:
            return
        except TelefoonError as error:
            self._tell(PhoneEventKind.FAILED, reason=str(error))

    async def _play(self, wav: Path) -> None:
        player = await self._agent.bridge.play(wav, to=[Ear(self._leg.id)])
        try:
            await player.finished()
        finally:
            # A file that nobody hears any more never comes to its end, and the library holds only so many.
            await to_its_end(player.stop())

    async def _press(self) -> None:
        await asyncio.sleep(self._script.digits_after_s)
        for keys, pause_s in self._script.presses():
            if keys:
                await self._leg.press(keys)
                self._tell(PhoneEventKind.SENT, digits=keys)
            await asyncio.sleep(pause_s)

    async def _hang_up(self, after_s: float) -> None:
        await asyncio.sleep(after_s)
        await self._leg.hang_up()

    async def _record(self) -> None:
        path = self._script.recording_of(self._number)
        if path is not None:
            recording = await WavRecording.begin(self._agent.bridge, path, [[Said(self._leg.id)]])
            await self._over.wait()
            self._tell_of_recording(await recording.stop())

    def _tell_of_recording(self, file: RecordedFile) -> None:
        self._tell(PhoneEventKind.RECORDED, path=str(file.path), seconds=round(file.seconds, 3), rate_hz=file.rate_hz)

    def _tell_of(self, event: LegEvent) -> None:
        match event:
            case Alerted():
                self._tell(PhoneEventKind.RINGING, code=event.sip_code, early_media=event.early_media)
            case Answered():
                self._tell(PhoneEventKind.ANSWERED)
            case MediaChanged():
                media = {"codec": event.codec, "sending": event.sending, "receiving": event.receiving}
                self._tell(PhoneEventKind.MEDIA, **media, remote=event.remote_address)
            case DigitPressed():
                self._tell(PhoneEventKind.DIGIT, digit=event.digit, method=event.method)
            case HungUp():
                by = "phone" if event.by_us else event.by.value
                self._tell(
                    PhoneEventKind.HUNG_UP, by=by, code=event.sip_code, reason=event.sip_reason, cause=event.q850_cause
                )

    def _tell(self, kind: PhoneEventKind, **facts: object) -> None:
        self._notify(PhoneEvent(kind, self._number, facts))


def free_port(host: str) -> int:
    """A port that is free for UDP and TCP now, as the kernel gives it."""
    while True:
        with ExitStack() as stack:
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            udp = stack.enter_context(socket.socket(family, socket.SOCK_DGRAM))
            tcp = stack.enter_context(socket.socket(family, socket.SOCK_STREAM))
            udp.bind((host, 0))
            port: int = udp.getsockname()[1]
            with suppress(OSError):
                tcp.bind((host, port))
                return port
