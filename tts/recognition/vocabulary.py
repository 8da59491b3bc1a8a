"""Whisper's tokens: byte pairs (Sennrich et al. 2016) over bytes that are written as printable characters."""

import json
import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Final

_WORDS: Final = re.compile(r" ?[^\W\d_]+| ?\d+| ?[^\s\w]+|\s")
_SPECIAL: Final = re.compile(r"<\|.*\|>")


def _characters() -> dict[int, str]:
    """Each byte's character: itself where it can be printed, from U+0100 on otherwise."""
    printable = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    others = [byte for byte in range(256) if byte not in printable]
    return {**{byte: chr(byte) for byte in printable}, **{byte: chr(256 + at) for at, byte in enumerate(others)}}


_CHARACTER: Final = _characters()
_BYTE: Final = {character: byte for byte, character in _CHARACTER.items()}


class Vocabulary:
    """Tokens of text, and text of tokens."""

    def __init__(self, tokenizer_json: bytes) -> None:
        model = json.loads(tokenizer_json)["model"]
        pairs = (pair.split(" ") if isinstance(pair, str) else pair for pair in model["merges"])
        self._rank = {(first, second): rank for rank, (first, second) in enumerate(pairs)}

    def tokens(self, text: str) -> list[str]:
        """The text cut up as Whisper was taught."""
        return [token for word in _WORDS.findall(text) for token in self._merged(word)]

    def _merged(self, word: str) -> list[str]:
        parts = [_CHARACTER[byte] for byte in word.encode()]
        while len(parts) > 1:
            ranks = [self._rank.get(pair, len(self._rank)) for pair in pairwise(parts)]
            best = min(ranks)
            if best == len(self._rank):
                break
            at = ranks.index(best)
            parts[at : at + 2] = [parts[at] + parts[at + 1]]
        return parts


def text_of(tokens: Iterable[str]) -> str:
    """What the tokens say, without Whisper's marks."""
    written = "".join(token for token in tokens if not _SPECIAL.fullmatch(token))
    return bytes(_BYTE[character] for character in written).decode(errors="replace").strip()
