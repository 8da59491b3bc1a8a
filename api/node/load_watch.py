"""Looks once a second how much this process uses, and tells admission control."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping
from os import sysconf
from pathlib import Path
from typing import Final

from api.node.unused_memory import give_back
from engine.live.admission.control import AdmissionControl
from engine.live.admission.limits import SOME_ROOM, Limit
from engine.ports import Clock

LOOK_S: Final = 1.0
LOOKS: Final = 3
"""So many in a row must find it: a machine that stands still for a moment has nobody refused."""
PASSING: Final = (Limit.CPU, Limit.LOOP_LAG, Limit.SIP_LAG, Limit.CLOCK_LAG)
"""What comes and goes by itself."""
GIVES_BACK_EVERY_S: Final = 10.0
"""While memory is short: what calls that ended had would else count for ever, and no call would begin any more."""
_FILES: Final = Path("/proc/self/fd")
_MEMORY: Final = Path("/proc/self/statm")
_PAGE_MB: Final = sysconf("SC_PAGE_SIZE") / 1_000_000

Gauge = Callable[[], float]


class LoadWatch:
    """Belongs to asyncio's thread; `gauges` are asked there for what only other parts of the node know."""

    def __init__(self, admission: AdmissionControl, clock: Clock, cores: float, gauges: Mapping[Limit, Gauge]) -> None:
        self._admission = admission
        self._clock = clock
        self._cores = cores
        self._gauges = gauges
        self._gave_back_s = 0.0
        self._seen: deque[Mapping[Limit, float]] = deque(maxlen=LOOKS)

    async def run(self) -> None:
        """Look for as long as the node runs."""
        while True:
            began_s, used_s = self._clock.monotonic(), time.process_time()
            await self._clock.sleep(LOOK_S)
            passed_s = self._clock.monotonic() - began_s
            cpu = 100 * (time.process_time() - used_s) / passed_s / self._cores
            lag_ms = 1000 * max(0.0, passed_s - LOOK_S)
            own = {Limit.CPU: cpu, Limit.LOOP_LAG: lag_ms, Limit.FILES: open_files(), Limit.MEMORY: memory_mb()}
            self.saw({**own, **{limit: gauge() for limit, gauge in self._gauges.items()}})
            if self._is_short_of_memory() and self._clock.monotonic() - self._gave_back_s >= GIVES_BACK_EVERY_S:
                self._gave_back_s = self._clock.monotonic()
                await asyncio.to_thread(give_back)

    def _is_short_of_memory(self) -> bool:
        memory = (each for each in self._admission.figures() if each.limit is Limit.MEMORY)
        return any(each.now >= SOME_ROOM * each.most for each in memory)

    def saw(self, now: Mapping[Limit, float]) -> None:
        """Tell what was seen now; of what passes, the least of the last looks."""
        self._seen.append(now)
        if len(self._seen) == LOOKS:
            least = {limit: min(each[limit] for each in self._seen) for limit in PASSING if limit in now}
            self._admission.measured({**now, **least})


def open_files() -> float:
    """How many this process has."""
    return float(sum(1 for _ in _FILES.iterdir()) - 1)  # the folder itself


def memory_mb() -> float:
    """What this process has in memory."""
    return int(_MEMORY.read_text(encoding="ascii").split()[1]) * _PAGE_MB
