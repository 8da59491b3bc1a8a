"""Keeps an agent's own voice, come back on the line, from being taken for the person's."""

from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
import soundfile
import structlog

from engine.agents.echo import LIKE, EchoPath, echo_path, is_no_louder, sounds_for

_LONGEST_WAY_S: Final = 0.6
"""How long sound takes to the far end and back, at most: the packets' way twice, two jitter buffers, a room."""
_EARLIEST_S: Final = 0.1
"""How much earlier it may be heard than the clock of asyncio says that it began to be played."""
_LOOKED_AT_S: Final = 0.2
"""How much of what is heard is compared at a time."""
_PROVES_S: Final = 0.01
"""How much sound there must be to compare anything."""
_OFF_ITS_TIME_S: Final = 0.06
"""How much an echo's time varies, by jitter and by how late this process looks."""

log = structlog.get_logger(__name__)


class EchoGate:
    """Compares what is heard on a leg with what the agent says there; its echo becomes silence, and all else passes."""

    def __init__(self, rate_hz: int, now: Callable[[], float]) -> None:
        self._rate_hz = rate_hz
        self._now = now
        self._played: deque[tuple[float, np.ndarray]] = deque()
        self._recent = np.zeros(0, np.int16)
        self._path: EchoPath | None = None

    def plays(self, wav: Path) -> None:
        """Note that a file begins to be heard now."""
        try:
            samples, _ = soundfile.read(str(wav), dtype="int16")
        except soundfile.LibsndfileError as error:
            log.warning("echo_not_filtered", reason=str(error))
            return
        self._played.append((self._now(), samples))

    def stops(self) -> None:
        """Note that what was being played is no longer."""
        if self._played:
            began_s, samples = self._played[-1]
            self._played[-1] = began_s, samples[: max(0, self._samples(self._now() - began_s))]

    def passed(self, pcm: bytes) -> bytes:
        """What was just heard: silence in its place where it is an echo."""
        now = self._now()
        while self._played and self._end_of(self._played[0]) + _LONGEST_WAY_S < now:
            self._played.popleft()
        heard = np.frombuffer(pcm, np.int16)
        self._recent = np.concatenate([self._recent, heard])[-self._samples(_LOOKED_AT_S) :]
        if not self._played:
            return pcm
        return bytes(len(pcm)) if self._is_echo(heard, self._said(now)) else pcm

    def _is_echo(self, heard: np.ndarray, said: np.ndarray) -> bool:
        """Tell it by its likeness or, where little of it is heard, by the way that echoes took before."""
        if sounds_for(self._recent, self._samples(_PROVES_S)):
            path = echo_path(self._recent, said)
            if path.likeness >= LIKE:
                self._path = path
                return True
        return self._path is not None and is_no_louder(heard, said, self._path, self._samples(_OFF_ITS_TIME_S))

    def _said(self, now: float) -> np.ndarray:
        """What was played in the time from which an echo may come."""
        first_s = now - _LONGEST_WAY_S - _LOOKED_AT_S
        line = np.zeros(self._samples(_LONGEST_WAY_S + _LOOKED_AT_S + _EARLIEST_S), np.int16)
        for began_s, samples in self._played:
            at = self._samples(began_s - first_s)
            begin, end = max(0, at), min(len(line), at + len(samples))
            if begin < end:
                line[begin:end] = samples[begin - at : end - at]
        return line

    def _end_of(self, played: tuple[float, np.ndarray]) -> float:
        return played[0] + len(played[1]) / self._rate_hz

    def _samples(self, seconds: float) -> int:
        return round(seconds * self._rate_hz)
