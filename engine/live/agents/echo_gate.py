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
_UNLIKE: Final = 0.4
"""Likeness below which loud sound is a person's: a way by which it would be an echo is believed no more."""
_PROVES_WAY_S: Final = 0.4
"""How long an echo must be alike before its way is believed; a person has a sound or two in common with any voice."""
_OFF_ITS_TIME_S: Final = 0.06
"""How much an echo's time varies, by jitter and by how late this process looks."""

log = structlog.get_logger(__name__)


class EchoGate:
    """Compares what is heard on a leg with what the agent says there; its echo becomes silence, and all else passes."""

    def __init__(self, rate_hz: int, now: Callable[[], float]) -> None:
        self._rate_hz = rate_hz
        self._now = now
        self._played: deque[_PlayedFile] = deque()
        self._recent = np.zeros(0, np.int16)
        self._path: EchoPath | None = None

    def plays(self, wav: Path) -> None:
        """Note that a file begins to be heard now."""
        try:
            self._played.append(_PlayedFile(wav, self._now(), self._rate_hz))
        except soundfile.LibsndfileError as error:
            log.warning("echo_not_filtered", reason=str(error))

    def stops(self) -> None:
        """Note that what was being played is no longer."""
        if self._played:
            self._played[-1].stop(self._now())

    def close(self) -> None:
        """Nothing is played any more."""
        while self._played:
            self._played.popleft().close()

    def passed(self, pcm: bytes) -> bytes:
        """What was just heard: silence in its place where it is an echo."""
        now = self._now()
        while self._played and self._played[0].ends_s + _LONGEST_WAY_S < now:
            self._played.popleft().close()
        heard = np.frombuffer(pcm, np.int16)
        self._recent = np.concatenate([self._recent, heard])[-self._samples(_PROVES_WAY_S) :]
        if not self._played:
            return pcm
        return bytes(len(pcm)) if self._is_echo(heard, self._said(now)) else pcm

    def _is_echo(self, heard: np.ndarray, said: np.ndarray) -> bool:
        """Tell it by its likeness or, where little of it is heard, by the way that echoes took before."""
        newest = self._recent[-self._samples(_LOOKED_AT_S) :]
        if sounds_for(newest, self._samples(_PROVES_S)):
            likeness = self._path_of(newest, said).likeness
            if likeness >= LIKE:
                way = self._path_of(self._recent, said)
                self._path = way if way.likeness >= LIKE else self._path
                return True
            if likeness < _UNLIKE and sounds_for(newest, len(newest) // 2):
                self._path = None
        return self._path is not None and is_no_louder(heard, said, self._path, self._samples(_OFF_ITS_TIME_S))

    def _path_of(self, heard: np.ndarray, said: np.ndarray) -> EchoPath:
        return echo_path(heard, said, self._rate_hz)

    def _said(self, now: float) -> np.ndarray:
        """What was played in the time from which an echo may come."""
        first_s = now - _LONGEST_WAY_S - _PROVES_WAY_S
        line = np.zeros(self._samples(_LONGEST_WAY_S + _PROVES_WAY_S + _EARLIEST_S), np.int16)
        for played in self._played:
            at = self._samples(played.begins_s - first_s)
            begin = max(0, at)
            samples = played.samples(begin - at, len(line) - begin)
            line[begin : begin + len(samples)] = samples
        return line

    def _samples(self, seconds: float) -> int:
        return round(seconds * self._rate_hz)


class _PlayedFile:
    """A file that is being heard, or was lately; what is compared is read when it is wanted."""

    def __init__(self, wav: Path, begins_s: float, rate_hz: int) -> None:
        self._file = soundfile.SoundFile(str(wav))
        self._rate_hz = rate_hz
        self._frames = int(self._file.frames)
        self.begins_s = begins_s

    @property
    def ends_s(self) -> float:
        return self.begins_s + self._frames / self._rate_hz

    def stop(self, now_s: float) -> None:
        self._frames = min(self._frames, max(0, round((now_s - self.begins_s) * self._rate_hz)))

    def samples(self, first: int, count: int) -> np.ndarray:
        """So many of its samples, fewer at its end."""
        count = min(count, self._frames - first)
        if count <= 0:
            return np.zeros(0, np.int16)
        self._file.seek(first)
        return np.asarray(self._file.read(count, dtype="int16"))

    def close(self) -> None:
        self._file.close()
