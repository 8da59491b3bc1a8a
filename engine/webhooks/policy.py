"""Timeouts and retries of requests: the settings, and what a URL's fragment says instead.

The fragment is never sent. `https://example.com/flow#rc=2&rp=5xx,ct&ct=1000&tt=4000` asks for two more attempts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, TypeVar
from urllib.parse import parse_qsl

S = TypeVar("S")

MOST_RETRIES: Final = 5
_CONNECT_MS: Final = (100, 10_000)
_READ_MS: Final = (100, 15_000)
_WHOLE_MS: Final = (100, 15_000)


class Failure(StrEnum):
    """Why an attempt failed, as the fragment spells it."""

    CONNECT = "ct"
    READ = "rt"
    CLIENT_ERROR = "4xx"
    SERVER_ERROR = "5xx"


_ALL: Final = "all"


@dataclass(frozen=True, slots=True)
class WebhookPolicy:
    """Seconds for connecting (name, TCP and TLS), for silence while reading, and for everything, retries included."""

    whole_s: float
    connect_s: float
    read_s: float | None = None
    retries: int = 1
    retried: frozenset[Failure] = frozenset({Failure.CONNECT})

    def overridden(self, fragment: str) -> "WebhookPolicy":
        """The policy with what a URL's fragment says instead. Values beyond a limit become it; nonsense is left out."""
        if not fragment:
            return self
        said = {name: value.strip() for name, value in parse_qsl(fragment)}
        return replace(
            self,
            whole_s=_seconds(said, "tt", _WHOLE_MS, self.whole_s),
            connect_s=_seconds(said, "ct", _CONNECT_MS, self.connect_s),
            read_s=_seconds(said, "rt", _READ_MS, self.read_s),
            retries=_within(said.get("rc", ""), (0, MOST_RETRIES), self.retries),
            retried=_failures(said.get("rp", "")) or self.retried,
        )

    def tries_again(self, failed: int, why: Failure | None) -> bool:
        """After so many failed attempts, the last one for this reason."""
        return why in self.retried and failed <= self.retries


def failure_of(status: int) -> Failure | None:
    """None for an answer that is no error."""
    if status >= 500:
        return Failure.SERVER_ERROR
    return Failure.CLIENT_ERROR if status >= 400 else None


def _seconds(said: Mapping[str, str], name: str, limits: tuple[int, int], otherwise: S) -> float | S:
    milliseconds = _within(said.get(name, ""), limits, 0)
    return milliseconds / 1000 if milliseconds else otherwise


def _within(text: str, limits: tuple[int, int], otherwise: int) -> int:
    # Longer ones are no numbers that anybody meant.
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        return otherwise
    return min(max(int(text), limits[0]), limits[1])


def _failures(text: str) -> frozenset[Failure]:
    words = {word.strip().lower() for word in text.split(",")}
    return frozenset(each for each in Failure if each in words or _ALL in words)
