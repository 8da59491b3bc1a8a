"""What this machine gives a node: cores, memory, open files, ports; and for how many calls at once that is enough."""

import os
import resource
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Final

from api.node.own_cores import usable
from config.load import AUTO, OFF, Most
from config.settings import Settings
from engine.live.admission.limits import Limit
from sip.call_room import HANDLES_AT_REST, HANDLES_PER_CALL, MAX_CALLS

PORTS_PER_CALL: Final = 2
MB_PER_CALL: Final = 1.0
MB_AT_REST: Final = 300.0
_MB: Final = 1_000_000
_MEMORY_PART: Final = 0.85
"""The rest is for speech workers, the database's cache, and whoever else lives on the machine."""
_FILES_PART: Final = 0.95
_CGROUPS: Final = Path("/sys/fs/cgroup")
_CGROUP: Final = (_CGROUPS / "memory.max", _CGROUPS / "memory/memory.limit_in_bytes")


@dataclass(frozen=True, slots=True)
class Machine:
    """`cores` that this process may use, `memory_mb` that it may fill, `files` that it may open, its `rtp_ports`.

    Where a container's CPU is limited, `cores` may be a part of one.
    """

    cores: float
    memory_mb: float
    files: float
    rtp_ports: int

    @classmethod
    def here(cls, settings: Settings) -> "Machine":
        """The machine as this process finds it: the least of the machine, its container and its own limits."""
        ports = settings.rtp_last_port - settings.rtp_first_port + 1
        return cls(_time_of(usable()), _memory_mb(), _soft(resource.RLIMIT_NOFILE), ports)

    def within(self, numbers: frozenset[int]) -> float:
        """How many cores' time a process has that runs on these, or where there are none, as this one does."""
        return _time_of(numbers) if numbers else self.cores

    @property
    def calls(self) -> Mapping[str, int]:
        """How many calls at once there is enough for, by what would be used up first."""
        return {
            "the SIP library": MAX_CALLS,
            "RTP ports": self.rtp_ports // PORTS_PER_CALL,
            "open files": _whole((self.files - HANDLES_AT_REST) / HANDLES_PER_CALL),
            "memory": _whole((self.memory_mb * _MEMORY_PART - MB_AT_REST) / MB_PER_CALL),
        }


def limits_of(settings: Settings, machine: Machine) -> Mapping[Limit, float]:
    """How much of each is too much for another call, by the settings or the machine; without those that are off."""
    asked: Mapping[Limit, tuple[Most, float]] = {
        Limit.CALLS: (settings.most_calls, min(machine.calls.values())),
        Limit.CALL_RATE: (settings.most_calls_a_second, 200),
        Limit.CPU: (settings.most_cpu_percent, 90),
        Limit.LOOP_LAG: (settings.most_loop_lag_ms, 300),
        Limit.SIP_LAG: (settings.most_sip_lag_ms, 300),
        Limit.CLOCK_LAG: (settings.most_clock_lag_ms, 100),
        Limit.FILES: (settings.most_files, machine.files * _FILES_PART),
        Limit.MEMORY: (settings.most_memory_mb, machine.memory_mb * _MEMORY_PART),
        Limit.DATABASE: (settings.most_database_age_s, 30),
    }
    return {limit: found if given == AUTO else float(given) for limit, (given, found) in asked.items() if given != OFF}


def _whole(calls: float) -> int:
    return 10**9 if calls == inf else max(1, int(calls))


def _time_of(cores: frozenset[int]) -> float:
    return min(len(cores), quota_of(_CGROUPS))


def quota_of(cgroups: Path) -> float:
    """How many cores' time the control group below this folder may use (both versions of cgroups); inf for any."""
    with suppress(OSError, ValueError):  # "max" is no number, and means that there is no limit
        quota, period = (cgroups / "cpu.max").read_text(encoding="ascii").split()
        return int(quota) / int(period)
    with suppress(OSError, ValueError):
        quota_us, period_us = (int((cgroups / f"cpu/cpu.cfs_{each}_us").read_text()) for each in ("quota", "period"))
        return quota_us / period_us if quota_us > 0 else inf
    return inf


def _memory_mb() -> float:
    bytes_ = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"), _soft(resource.RLIMIT_AS)]
    for path in _CGROUP:
        with suppress(OSError, ValueError):  # "max" is no number, and means that there is no limit
            bytes_.append(int(path.read_text(encoding="ascii")))
    return min(bytes_) / _MB


def _soft(kind: int) -> float:
    soft, _ = resource.getrlimit(kind)
    return inf if soft == resource.RLIM_INFINITY else float(soft)
