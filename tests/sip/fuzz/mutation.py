"""Bytes made wrong in the ways in which readers of them go wrong; the same seed makes the same."""

from collections.abc import Callable
from random import Random
from typing import Final

_NUMBERS: Final = (b"0", b"-1", b"65536", b"2147483648", b"4294967296", b"18446744073709551616", b"9" * 200)
_PIECES: Final = (
    b"\x00", b"\xff\xfe", b"\r\n", b"\r\n\r\n", b"\r\n ", b'"', b"<", b">", b";", b",", b"%", b"%00", b"%s%n", b"[",
    b"::", b"=", b"\\", b"\xc3\x28", b"A" * 300, b"(" * 64, b"sip:", b";" * 100,
)  # fmt: skip


class Mutation:
    """Makes bytes wrong, in one place or a few."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._ways: tuple[Callable[[bytearray], None], ...] = (
            self._flip, self._insert, self._cut_out, self._repeat, self._cut_off, self._number, self._swap,
        )  # fmt: skip

    def of(self, data: bytes) -> bytes:
        """The bytes with one to four faults."""
        wrong = bytearray(data)
        for _ in range(self._random.randint(1, 4)):
            if wrong:
                self._random.choice(self._ways)(wrong)
        return bytes(wrong)

    def _place(self, data: bytearray) -> int:
        return self._random.randrange(len(data))

    def _flip(self, data: bytearray) -> None:
        data[self._place(data)] ^= 1 << self._random.randrange(8)

    def _insert(self, data: bytearray) -> None:
        at = self._place(data)
        data[at:at] = self._random.choice(_PIECES)

    def _cut_out(self, data: bytearray) -> None:
        at = self._place(data)
        del data[at : at + self._random.randint(1, 40)]

    def _repeat(self, data: bytearray) -> None:
        at = self._place(data)
        part = data[at : at + self._random.randint(1, 80)]
        data[at:at] = part * self._random.choice((1, 2, 50))

    def _cut_off(self, data: bytearray) -> None:
        del data[self._place(data) :]

    def _number(self, data: bytearray) -> None:
        digits = [at for at, each in enumerate(data) if 0x30 <= each <= 0x39]
        if digits:
            at = self._random.choice(digits)
            data[at : at + 1] = self._random.choice(_NUMBERS)

    def _swap(self, data: bytearray) -> None:
        one, other = self._place(data), self._place(data)
        data[one], data[other] = data[other], data[one]
