"""A load of calls placed twice, short and long: what a call costs, what a second of it costs, and how it sounded."""

import asyncio
import time
from dataclasses import dataclass, replace
from typing import Final, Self

from bench.crowds import NOBODY, Crowd, Outcome, call
from bench.probes import Probes
from bench.process import Memory, memory_alone, quiet, usage
from bench.recordings import Counted
from bench.scenario import Place
from bench.scripts import (
    A_LAW,
    OWN_PORT,
    PROBED_PORT,
    Codec,
    calls,
    hangs_up,
    leaves_if_refused,
    presses,
    script,
    stays,
    talks,
    waits,
)
from bench.statistics import Batch, cost_by_length, of_gaps, of_set_up

PROBES: Final = 5
KEY_AFTER_S: Final = 1.5
SETTLES_S: Final = 3.0
_ENDS_S: Final = 0.5
_LONGEST_RAMP_S: Final = 4.0
"""By the end of which all calls of a load up to 100 are up."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A caller, who hangs up; `key` is pressed after a second and a half.

    Who `may_be_refused` has not failed where a full server says when to try again.
    """

    service: str
    codec: Codec = A_LAW
    key: str = ""
    may_be_refused: bool = False

    def script(self, media: str = OWN_PORT) -> str:
        pressed = waits(KEY_AFTER_S) + presses(self.key) if self.key else ""
        heard_only = media == PROBED_PORT
        return script(
            calls(self.codec, media=media, may_be_refused=self.may_be_refused),
            "" if heard_only else talks(self.codec),
            pressed,
            stays(),
            hangs_up(),
            leaves_if_refused() if self.may_be_refused else "",
        )

    def crowd(self, calls_: int, per_second: float, length_s: float, *, probes: Probes | None = None) -> Crowd:
        fields = [str(probe.port) for probe in probes.all] if probes else []
        return Crowd(
            self.script(PROBED_PORT if probes else OWN_PORT),
            calls_,
            per_second,
            length_s - (KEY_AFTER_S if self.key else 0),
            self.service,
            fields,
        )


@dataclass(frozen=True, slots=True)
class Lengths:
    """Lengths of the calls of two batches, and how many are begun each second at most."""

    short_s: float = 4.0
    long_s: float = 12.0
    most_per_second: int = 25
    brief_s: tuple[float, float] = (2.5, 6.0)
    """Both lengths, where it is only to be seen whether all works."""

    @property
    def brief(self) -> "Lengths":
        return replace(self, short_s=self.brief_s[0], long_s=self.brief_s[1])

    def per_second(self, load: int) -> float:
        return min(self.most_per_second, max(1.0, load / _LONGEST_RAMP_S))

    def ramp_s(self, load: int) -> float:
        """How long it takes until all calls of a load have begun."""
        return load / self.per_second(load)

    def long_for(self, load: int) -> float:
        """So long that all calls are up together, and settle, before the first ends."""
        return max(self.long_s, self.ramp_s(load) + SETTLES_S + _ENDS_S + 1)


@dataclass(frozen=True, slots=True)
class CallServer:
    """A server under calls: its process, its SIP port, and the memory of that process before any."""

    pid: int
    sip_port: int
    place: Place
    caller: Caller
    lengths: Lengths
    before: Memory
    recordings: Counted | None = None
    """How many there are by now, where each call should leave one; callers can't see that."""

    @classmethod
    async def warm(
        cls,
        pid: int,
        sip_port: int,
        place: Place,
        caller: Caller,
        lengths: Lengths,
        recordings: Counted | None = None,
    ) -> Self:
        """After a call, so that prompts are rendered and libraries loaded. Raises RuntimeError where it fails."""
        lengths = lengths.brief if place.brief else lengths
        outcome = await call(caller.crowd(1, 1, lengths.short_s), sip_port, place)
        if outcome.failed:
            raise RuntimeError("the first call failed")
        await quiet(pid)
        return cls(pid, sip_port, place, caller, lengths, memory_alone(pid), recordings)

    async def measure(self, load: int) -> dict[str, float]:
        """Raises RuntimeError where no call succeeded."""
        recorded = await self.recordings() if self.recordings else 0
        short, early = await self._batch(load, self.lengths.short_s)
        long_s = self.lengths.long_for(load)
        ramp_s = self.lengths.ramp_s(load)
        with Probes(min(PROBES, load // 2)) as probes:
            began_s = time.time()
            watching = asyncio.create_task(self._memory_after(ramp_s + SETTLES_S / 2))
            try:
                long, outcome = await self._batch(load, long_s, probes)
                most = await watching
            finally:
                watching.cancel()
            window = (began_s + ramp_s + SETTLES_S, began_s + long_s - _ENDS_S)
            gaps = [gap for probe in probes.all for gap in probe.gaps_ms(*window)]
        if not outcome.setup_ms:
            raise RuntimeError(f"none of {load} calls was answered")
        succeeded = early.succeeded + outcome.succeeded
        missing = max(0, succeeded - (await self.recordings() - recorded)) if self.recordings else 0
        return {
            "failed": float(early.failed + outcome.failed + missing),
            **cost_by_length(short, long),
            "pss_kib_per_call": (most.proportional_kib - self.before.proportional_kib) / load,
            "rss_kib_per_call": (most.resident_kib - self.before.resident_kib) / load,
            **of_set_up(outcome.setup_ms),
            **of_gaps(gaps),
        }

    async def _batch(self, load: int, length_s: float, probes: Probes | None = None) -> tuple[Batch, Outcome]:
        probing = len(probes.all) if probes else 0
        per_second = self.lengths.per_second(load)
        crowd = self.caller.crowd(load - probing, per_second, length_s)
        before = usage(self.pid).cpu_s
        placed = [call(crowd, self.sip_port, self.place)]
        if probes and probing:
            placed.append(call(self.caller.crowd(probing, PROBES, length_s, probes=probes), self.sip_port, self.place))
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(each) for each in placed]
        await quiet(self.pid)
        cpu_s = usage(self.pid).cpu_s - before
        return Batch(load, length_s, cpu_s), sum((each.result() for each in tasks), NOBODY)

    async def _memory_after(self, seconds: float) -> Memory:
        await asyncio.sleep(seconds)
        return await asyncio.to_thread(memory_alone, self.pid)
