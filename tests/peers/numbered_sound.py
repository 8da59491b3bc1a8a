"""Sound in which every 20 ms tell who says them and which they are, so that what is lost or doubled is counted."""

import re
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from random import Random
from typing import Any, Final

import numpy as np

from tests.peers.g711 import PCMA, PCMU, Law

FRAME: Final = 160
"""Samples of 20 ms, each of which is a byte of G.711."""

LAWS: Final = {law.name: law for law in (PCMA, PCMU)}

_DIGITS: Final = 8
_OF_SPEAKER: Final = 2
_STEP: Final = 7919
_PRELUDE: Final = 60 * 8000
_MOST_FAULTS: Final = 1000
_NEVER: Final = {PCMA.name: bytes((10, 138)), PCMU.name: bytes((127, *range(241, 256, 2)))}
"""Codes for which both laws have two that are right in the other law, and the second zero of mu-law."""


def _digit_codes(law: Law) -> bytes:
    """Sixteen codes so far from each other that they stay different in any other form of sound."""
    turned = 0x55 if law is PCMA else 0xFF
    return bytes(((digit >> 3 << 7) | ((digit & 7) << 4) | 7) ^ turned for digit in range(16))


def _noise(law: Law) -> bytes:
    codes = bytes(code for code in range(256) if code not in _NEVER[law.name])
    return bytes(Random(law.name).choices(codes, k=65536 + FRAME))


_DIGIT_CODES: Final = {law.name: _digit_codes(law) for law in (PCMA, PCMU)}
_NOISE: Final = {law.name: _noise(law) for law in (PCMA, PCMU)}


@dataclass(frozen=True, slots=True)
class NumberedVoice:
    """What one speaker says in a law: frame after frame of noise, each with the speaker and its number before it."""

    speaker: int
    law: Law

    def frame(self, number: int) -> bytes:
        """20 ms of it."""
        codes, noise = _DIGIT_CODES[self.law.name], _NOISE[self.law.name]
        digits = f"{self.speaker:02x}{number:0{_DIGITS - _OF_SPEAKER}x}"
        begins = number * _STEP % 65536
        return bytes(codes[int(digit, 16)] for digit in digits) + noise[begins : begins + FRAME - _DIGITS]


@dataclass(frozen=True, slots=True)
class Form:
    """The form in which sound of a law is received: in the same law, in the other one, or as samples (`law` None)."""

    said_in: Law
    law: Law | None

    @property
    def sample_bytes(self) -> int:
        return 1 if self.law else 2

    def of(self, coded: bytes) -> bytes:
        """How that sound must look."""
        if self.law is self.said_in:
            return coded
        samples = self.said_in.decode(coded)
        return self.law.encode(samples) if self.law else samples.astype("<i2").tobytes()

    def numbers(self) -> re.Pattern[bytes]:
        """What the beginnings of frames look like: so many digits in a row."""
        return re.compile(b"(?:%b){%d}" % (b"|".join(map(re.escape, self.digits())), _DIGITS), re.DOTALL)

    def digits(self) -> dict[bytes, str]:
        """The digits of numbers by what stands for them."""
        codes = _DIGIT_CODES[self.said_in.name]
        found = {self.of(codes[digit : digit + 1]): f"{digit:x}" for digit in range(16)}
        assert len(found) == len(codes), "two digits sound alike"
        return found


@dataclass(frozen=True, slots=True)
class NumberFault:
    """Where sound did not go on as it had been said: when that was seen (Unix time) and between which frames."""

    at_s: float
    after: int
    then: int
    strange: int
    """Samples that nobody has said."""
    leap: int
    """By how many samples more than those it leapt on; back, if it is negative."""


@dataclass(slots=True)
class NumberedEar:
    """Takes sound of one speaker, wherever its frames are cut, and counts each sample that is wrong with it."""

    form: Form
    speaker: int | None = None
    """Who is heard, from the first numbered frame on."""
    frames: int = 0
    """Those that were as they had been said."""
    first: int | None = None
    last: int = -1
    before: int = 0
    """Samples of anything else before the first frame."""
    prelude: bytearray = field(default_factory=bytearray)
    """They, as they came; of a minute at most."""
    lost: int = 0
    """Samples that were said and left out."""
    doubled: int = 0
    """Samples that came again."""
    strange: int = 0
    """Samples that nobody has said, since the first frame."""
    faults: list[NumberFault] = field(default_factory=list)
    """The first of them."""
    _waits: bytes = b""
    _skipped: int = 0
    """Samples since the last frame that was understood."""
    _digits: dict[bytes, str] = field(init=False)
    _numbers: re.Pattern[bytes] = field(init=False)

    def __post_init__(self) -> None:
        self._digits, self._numbers = self.form.digits(), self.form.numbers()

    @property
    def left_over(self) -> int:
        """Samples at the end behind which no whole frame came."""
        return self._skipped + len(self._waits) // self.form.sample_bytes

    @property
    def exact(self) -> bool:
        """Whether each sample from the first frame to the last came once, in order and as it was said."""
        return self.frames > 0 and not (self.lost or self.doubled or self.strange)

    def told(self) -> dict[str, Any]:
        """The counts."""
        names = ("speaker", "frames", "first", "last", "before", "lost", "doubled", "strange", "left_over", "exact")
        return {**{name: getattr(self, name) for name in names}, "faults": [asdict(each) for each in self.faults]}

    def take(self, coded: bytes) -> None:
        """What came next."""
        self._waits += coded
        size = FRAME * self.form.sample_bytes
        while len(self._waits) >= size:
            if not self._skipped and self.speaker is not None and self._is(self.speaker, self.last + 1):
                self._go_on(self.last + 1)
            elif (told := self._told()) is not None:
                self._begin_again(*told)
            else:
                self._skip(self._samples_without_number())

    def _go_on(self, number: int) -> None:
        self.last = number
        self.frames += 1
        self._waits = self._waits[FRAME * self.form.sample_bytes :]

    def _samples_without_number(self) -> int:
        """Count samples from one that begins no frame to the next that may; behind each a whole frame has come."""
        width = self.form.sample_bytes
        most = len(self._waits) // width - FRAME + 1
        at = width
        while (found := self._numbers.search(self._waits, at)) and found.start() % width:
            at = found.start() + 1
        return min(most, found.start() // width) if found else most

    def _skip(self, samples: int) -> None:
        size = samples * self.form.sample_bytes
        if self.first is None and self._skipped < _PRELUDE:
            self.prelude += self._waits[:size]
        self._skipped += samples
        self._waits = self._waits[size:]

    def _begin_again(self, speaker: int, number: int) -> None:
        if self.first is None:
            self.speaker, self.first, self.before = speaker, number, self._skipped
        else:
            self.strange += self._skipped
            leap = (number - self.last - 1) * FRAME - self._skipped
            self.lost += max(0, leap)
            self.doubled += max(0, -leap)
            if len(self.faults) < _MOST_FAULTS:
                self.faults.append(NumberFault(time.time(), self.last, number, self._skipped, leap))
        self._skipped = 0
        self._go_on(number)

    def _is(self, speaker: int, number: int) -> bool:
        return self._waits.startswith(self.form.of(NumberedVoice(speaker, self.form.said_in).frame(number)))

    def _told(self) -> tuple[int, int] | None:
        """The speaker and the number of the frame that waits, if it is one."""
        width, found = self.form.sample_bytes, ""
        for at in range(0, _DIGITS * width, width):
            digit = self._digits.get(self._waits[at : at + width])
            if digit is None:
                return None
            found += digit
        speaker, number = int(found[:_OF_SPEAKER], 16), int(found[_OF_SPEAKER:], 16)
        mine = self.speaker is None or speaker == self.speaker
        return (speaker, number) if mine and self._is(speaker, number) else None


def in_pieces(voice: NumberedVoice, form: Form, begin: int, frames: int) -> Iterator[bytes]:
    """So many frames of a voice in a form, cut where no frame ends, as programs send sound."""
    whole = b"".join(form.of(voice.frame(number)) for number in range(begin, begin + frames))
    lengths = np.array((333, 1, 160, 2000, 77)) * form.sample_bytes
    at, turn = 0, 0
    while at < len(whole):
        length = int(lengths[turn % len(lengths)])
        yield whole[at : at + length]
        at, turn = at + length, turn + 1
