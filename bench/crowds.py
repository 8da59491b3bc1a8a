"""SIPp as a crowd, in a process of its own: callers or who is called, with two-way audio, and what it measured."""

import asyncio
import csv
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.children import ended, executed
from bench.scenario import Place
from bench.scripts import VOICE_FILE, Codec
from tests.peers.audio import tone
from tests.peers.g711 import PCMA

_VOICE_HZ: Final = 440
_VOICE_S: Final = 2.0
_QUIET_BYTES: Final = 16000
_MESSAGE_S: Final = 20
_LISTENS_S: Final = 0.3
_PORTS_PER_CALL: Final = 2
_SPARE: Final = 10
_SPARE_S: Final = 4


@dataclass(frozen=True, slots=True)
class Crowd:
    """`calls` calls, `per_second` of them begun each second; `length_s` is how long a script's `stays` lasts."""

    script: str
    calls: int
    per_second: float = 20
    length_s: float = 0.0
    service: str = "+3225550100"
    fields: Sequence[str] = ()
    """A line for each call; [field0] in the script."""
    voice: bytes = b""
    """What `talks` plays; a tone in A-law if empty."""
    silent: bool = False
    """Whether its script has no sound, and so no ports for that."""

    @property
    def at_once(self) -> int:
        """The most that are up, with some to spare."""
        return min(self.calls, int(self.per_second * (self.length_s + _SPARE_S))) + _SPARE

    @property
    def longest_s(self) -> int:
        return int(self.calls / self.per_second + self.length_s + 2 * _MESSAGE_S)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of a crowd's calls; set-up times in ms from INVITE to 200."""

    succeeded: int
    failed: int
    setup_ms: tuple[float, ...]

    def __add__(self, other: "Outcome") -> "Outcome":
        return Outcome(self.succeeded + other.succeeded, self.failed + other.failed, (*self.setup_ms, *other.setup_ms))


NOBODY: Final = Outcome(0, 0, ())


async def call(crowd: Crowd, sip_port: int, place: Place) -> Outcome:
    """Place the calls at a user agent on loopback and wait for their end. Raises RuntimeError without SIPp."""
    if not crowd.calls:
        return NOBODY
    folder = place.fresh("callers")
    process = await _started(crowd, folder, place, f"127.0.0.1:{sip_port}", "-timeout", str(crowd.longest_s))
    try:
        async with asyncio.timeout(crowd.longest_s + _MESSAGE_S):
            await process.wait()
    except TimeoutError:
        pass  # those that have not ended have failed, which the figures tell
    finally:
        await ended(process)
    return _read(folder, crowd.calls)


@asynccontextmanager
async def present(crowd: Crowd, sip_port: int, place: Place) -> AsyncIterator[None]:
    """Callers who stay until they are sent away: inside, all have been placed, and some may still ring."""
    if not crowd.calls:
        yield
        return
    process = await _started(crowd, place.fresh("callers"), place, f"127.0.0.1:{sip_port}")
    try:
        await asyncio.sleep(crowd.calls / crowd.per_second)
        yield
    finally:
        await ended(process)


@dataclass(frozen=True, slots=True)
class Callees:
    """Who answers at a port, any number of times; `log` is what their script has logged."""

    port: int
    folder: Path

    def log(self) -> list[str]:
        path = self.folder / "called.log"
        return path.read_text().splitlines() if path.exists() else []


@asynccontextmanager
async def called(script: str, most: int, place: Place, voice: bytes = b"") -> AsyncIterator[Callees]:
    """Phones that answer calls, at most so many at once."""
    folder, port = place.fresh("callees"), place.ports.one()
    crowd = Crowd(script, most, per_second=most, voice=voice)
    process = await _started(crowd, folder, place, "-trace_logs", "-log_file", "called.log", port=port, ends=False)
    try:
        await asyncio.sleep(_LISTENS_S)
        if process.returncode is not None:
            raise RuntimeError(f"SIPp did not start: {_complaint(folder)}")
        yield Callees(port, folder)
    finally:
        await ended(process)


def voice_of(codec: Codec) -> bytes:
    """Two seconds of a tone in A-law, of silence in another codec."""
    if codec.payload_type == PCMA.payload_type:
        return bytes(PCMA.encode(tone(_VOICE_HZ, _VOICE_S).pcm))
    return codec.quiet * _QUIET_BYTES


async def _started(
    crowd: Crowd, folder: Path, place: Place, *more: str, port: int | None = None, ends: bool = True
) -> asyncio.subprocess.Process:
    (folder / "script.xml").write_text(crowd.script)
    (folder / VOICE_FILE).write_bytes(crowd.voice or PCMA.encode(tone(_VOICE_HZ, _VOICE_S).pcm))
    fields = []
    if crowd.fields:
        (folder / "fields.csv").write_text("\n".join(["SEQUENTIAL", *crowd.fields]) + "\n")
        fields = ["-inf", "fields.csv"]
    media = place.for_callers(_PORTS_PER_CALL * (1 if crowd.silent else crowd.at_once))
    bounded = _bounds(crowd) if ends else []
    with (folder / "sipp.log").open("wb") as sink:
        return await executed(
            "sipp", "-sf", "script.xml", *fields, "-s", crowd.service, "-i", "127.0.0.1",
            "-p", str(port or place.ports.one()), "-cp", str(place.ports.one()),
            "-mi", "127.0.0.1", "-mp", str(media), *bounded, "-d", str(int(crowd.length_s * 1000)),
            "-nostdin", "-trace_stat", "-stf", "stat.csv", "-fd", "1", "-trace_rtt", "-rtt_freq", "1",
            "-trace_err", "-error_file", "errors.log", *more,
            output=sink.fileno(), folder=str(folder),
        )  # fmt: skip


def _bounds(crowd: Crowd) -> list[str]:
    """How many call, how fast, and how long they wait for a message. Whoever is called waits for BYE, however long."""
    calls, (rate, period) = str(crowd.calls), _rate(crowd.per_second)
    patience_ms = str(int(1000 * (_MESSAGE_S + crowd.length_s)))
    return ["-m", calls, "-l", calls, "-r", rate, "-rp", period, "-recv_timeout", patience_ms]


def _rate(per_second: float) -> tuple[str, str]:
    """A rate as SIPp takes it: so many calls in so many ms."""
    return (str(int(per_second)), "1000") if per_second == int(per_second) else (str(round(per_second * 10)), "10000")


def _complaint(folder: Path) -> str:
    texts = [
        (folder / name).read_text(errors="replace") for name in ("sipp.log", "errors.log") if (folder / name).exists()
    ]
    return " ".join(texts)[-500:]


def _read(folder: Path, calls: int) -> Outcome:
    """What did not succeed has failed, whatever SIPp says of it."""
    path = folder / "stat.csv"
    rows = list(csv.DictReader(path.read_text().splitlines(), delimiter=";")) if path.exists() else []
    if not rows:
        raise RuntimeError(f"SIPp did not start: {_complaint(folder)}")
    succeeded = int(rows[-1]["SuccessfulCall(C)"])
    setup: list[float] = []
    for each in folder.glob("*_rtt.csv"):
        setup += [float(row[1]) for row in csv.reader(each.read_text().splitlines()[1:], delimiter=";")]
    return Outcome(succeeded, calls - succeeded, tuple(setup))
