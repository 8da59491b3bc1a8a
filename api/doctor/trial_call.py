"""A call by the trunk that is tested: what is sent is a tone and a key, and what comes back is measured."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from api.doctor.dialog_trace import DialogTrace
from engine.aio.signal import Signal
from engine.aio.tasks import started, stopped
from engine.aio.waits import first_of
from engine.diagnosis.call import CalledParty, CallProbe
from engine.diagnosis.dialog import DialogProbe
from engine.errors import LegGone, SipError
from engine.ports import Answered, DialRequest, DigitPressed, Ear, HungUp, Leg, LegEvent, MediaChanged, Said

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sip.user_agent import UserAgent

ANSWER_S: Final = 30.0
LISTEN_S: Final = 3.0
LISTEN_AGAIN_S: Final = 2.0
REINVITE_S: Final = 4.0
HELD_S: Final = 0.5
END_S: Final = 5.0
_POLL_S: Final = 0.05
KEY: Final = "5"
TONE_HZ: Final = 1234
"""No telephone makes it by itself."""
_TONE_LEVEL: Final = 8000
_SOUND: Final = 100.0
"""Root mean square from which something is sound: some -50 dBov."""
_TONE_SHARE: Final = 0.3
"""Of all that is heard, from which it is the tone that was sent."""


@dataclass(frozen=True, slots=True)
class TrialCall:
    """Who is called and from which number; `far_end` says whether it is an echo."""

    called: str
    caller: str
    far_end: CalledParty


@dataclass(slots=True)
class _Progress:
    """What the leg has told so far."""

    answered: Signal = field(default_factory=Signal)
    over: Signal = field(default_factory=Signal)
    end: HungUp | None = None
    codec: str = ""
    key_method: str = ""

    async def follow(self, events: AsyncIterator[LegEvent]) -> None:
        async for event in events:
            match event:
                case Answered():
                    self.answered.set()
                case MediaChanged():
                    self.codec = event.codec
                case DigitPressed(digit=digit) if digit == KEY:
                    self.key_method = event.method
                case HungUp():
                    self.end = event
        self.over.set()


async def call(agent: "UserAgent", trial: TrialCall) -> CallProbe:
    """Call, listen and hang up. It takes some seconds from the answer on."""
    try:
        leg = await agent.dial(DialRequest(trial.called, trial.caller, "trunks test"))
    except SipError as error:
        return CallProbe(trial.far_end, answered=False, sip_reason=str(error))
    progress = _Progress()
    following = started(progress.follow(leg.events()))
    try:
        await first_of(progress.answered, progress.over, timeout_s=ANSWER_S)
        if progress.answered.is_set():
            return await _measured(agent, leg, trial, progress)
    finally:
        await leg.hang_up()
        await first_of(progress.over, timeout_s=END_S)
        await stopped(following)
    end = progress.end
    if end is None or end.by_us:
        reason = f"nobody answered within {ANSWER_S:.0f} s"
        return CallProbe(trial.far_end, answered=False, sip_reason=reason)
    return CallProbe(trial.far_end, answered=False, sip_code=end.sip_code, sip_reason=end.sip_reason)


async def _measured(agent: "UserAgent", leg: Leg, trial: TrialCall, progress: _Progress) -> CallProbe:
    bridge = agent.bridge
    heard = await _is_heard(agent, leg, trial, LISTEN_S)
    if not progress.over.is_set():
        await leg.press(KEY)
        await first_of(progress.over, timeout_s=1.0)
    dialog = await _dialog(agent, leg, trial, progress, heard=heard)
    figures = await bridge.figures(leg.id)
    if figures is None and progress.end is not None:
        figures = progress.end.figures
    return CallProbe(
        trial.far_end,
        answered=True,
        codec=progress.codec,
        packets_sent=figures.packets_sent if figures else 0,
        packets_received=figures.packets_received if figures else 0,
        heard=heard,
        key_method=progress.key_method,
        round_trip_ms=figures.round_trip_ms if figures else None,
        far_reported=figures.far_packets_lost is not None if figures else None,
        info_code=next(iter((await _traced(agent, leg)).codes("INFO")), None),
        dialog=dialog,
    )


async def _dialog(agent: "UserAgent", leg: Leg, trial: TrialCall, progress: _Progress, *, heard: bool) -> DialogProbe:
    """Put the call on hold and take it from there; what was answered to that, and before."""
    held = resumed = sounds = None
    if not progress.over.is_set():
        held = await _reinvited(agent, leg, progress, held=True)
    if held is not None and 200 <= held < 300:
        await first_of(progress.over, timeout_s=HELD_S)
        resumed = await _reinvited(agent, leg, progress, held=False)
    if heard and resumed is not None and 200 <= resumed < 300:
        sounds = await _is_heard(agent, leg, trial, LISTEN_AGAIN_S)
    trace = await _traced(agent, leg)
    return DialogProbe(
        trace.session_s,
        trace.timers_supported,
        trace.reliable_asked,
        next(iter(trace.codes("PRACK")), None),
        held,
        resumed,
        sounds,
        trace.caller_said,
        trace.caller_seen(trial.called),
    )


async def _reinvited(agent: "UserAgent", leg: Leg, progress: _Progress, *, held: bool) -> int | None:
    """The answer to a re-INVITE, 0 where none came in time; None where the call is over."""
    asked = len((await _traced(agent, leg)).codes("INVITE"))
    try:
        await agent.hold(leg.id, held=held)
        async with asyncio.timeout(REINVITE_S):
            while not (codes := (await _traced(agent, leg)).codes("INVITE")[asked:]) or not codes[-1]:
                if await first_of(progress.over, timeout_s=_POLL_S):
                    return None
            return codes[-1]
    except LegGone:
        return None
    except (SipError, TimeoutError):
        return 0


async def _traced(agent: "UserAgent", leg: Leg) -> DialogTrace:
    return DialogTrace(await agent.messages(leg.sip_call_id))


async def _is_heard(agent: "UserAgent", leg: Leg, trial: TrialCall, seconds: float) -> bool:
    """Whether the far end sounds, an echo with the tone that it is sent."""
    bridge = agent.bridge
    async with bridge.keep(_tone(bridge.rate_hz)) as wav, bridge.listen(Said(leg.id)) as said:
        player = await bridge.play(wav, to=[Ear(leg.id)], loop=True)
        heard = await _heard(said, seconds)
        await player.stop()
    return _is_tone(heard, bridge.rate_hz) if trial.far_end is CalledParty.ECHO else _is_sound(heard)


async def _heard(said: AsyncIterator[bytes], seconds: float) -> "NDArray[np.int16]":
    chunks = []
    try:
        async with asyncio.timeout(seconds):
            async for chunk in said:
                chunks.append(chunk)  # noqa: PERF401 (what came before the time is over is kept)
    except TimeoutError:
        pass  # the time to listen is over
    return np.frombuffer(b"".join(chunks), np.int16)


def _tone(rate_hz: int) -> bytes:
    """A second of it."""
    wave = np.sin(2 * np.pi * TONE_HZ * np.arange(rate_hz) / rate_hz)
    pcm: bytes = (_TONE_LEVEL * wave).astype("<i2").tobytes()
    return pcm


def _is_sound(heard: "NDArray[np.int16]") -> bool:
    return bool(heard.size) and float(np.sqrt(np.mean(heard.astype(np.float64) ** 2))) > _SOUND


def _is_tone(heard: "NDArray[np.int16]", rate_hz: int) -> bool:
    """Whether in the latter half, where set-up is over, most of the power is at the tone's pitch."""
    latter = heard[heard.size // 2 :].astype(np.float64)
    if not _is_sound(latter.astype(np.int16)):
        return False
    power = np.abs(np.fft.rfft(latter * np.hanning(latter.size))) ** 2
    pitches = np.fft.rfftfreq(latter.size, 1 / rate_hz)
    near = power[np.abs(pitches - TONE_HZ) < 20].sum()
    return bool(near > _TONE_SHARE * power.sum())
