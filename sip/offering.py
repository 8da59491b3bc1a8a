"""What our session descriptions offer and accept: codecs in their order, and how long packets may be."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from sip.description import EVENTS

_RTPMAP: Final = re.compile(r"a=rtpmap:(\d+) ([^/]+)/(\d+)", re.IGNORECASE)
_OF_FORMAT: Final = re.compile(r"a=(?:rtpmap|fmtp|rtcp-fb):(\d+)\b", re.IGNORECASE)
_PACKET_TIME: Final = re.compile(r"a=(max)?ptime:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Offering:
    """Codecs by their names in lower case, all if there are none; milliseconds of a packet, 0 where nothing is said."""

    codecs: tuple[str, ...] = ()
    ptime_ms: int = 0
    maxptime_ms: int = 0


EVERYTHING: Final = Offering()


class _Format(NamedTuple):
    name: str
    clock_hz: int


def offered(text: str, offering: Offering) -> str:
    """A description that the library has made, with what may be offered alone."""
    if offering == EVERYTHING:
        return text
    lines = text.splitlines()
    begin = next((at for at, line in enumerate(lines) if line.startswith("m=audio ")), len(lines))
    end = next((at for at in range(begin + 1, len(lines)) if lines[at].startswith("m=")), len(lines))
    audio = _audio(lines[begin:end], offering) if begin < end else ()
    return "".join(f"{line}\r\n" for line in (*lines[:begin], *audio, *lines[end:]))


def _audio(section: Sequence[str], offering: Offering) -> Iterator[str]:
    words = section[0].split()
    if len(words) < 4:
        yield from section
        return
    kind, port, transport, *formats = words
    kept = _kept(formats, section, offering.codecs) if offering.codecs else formats
    yield " ".join((kind, port if kept else "0", transport, *(kept or formats)))
    for line in section[1:]:
        of_format = _OF_FORMAT.match(line)
        if (of_format is None or of_format[1] in kept) and not _is_said_otherwise(line, offering):
            yield line
    if offering.ptime_ms:
        yield f"a=ptime:{offering.ptime_ms}"
    if offering.maxptime_ms:
        yield f"a=maxptime:{offering.maxptime_ms}"


def _is_said_otherwise(line: str, offering: Offering) -> bool:
    if (found := _PACKET_TIME.match(line)) is None:
        return False
    return bool(offering.maxptime_ms if found[1] else offering.ptime_ms)


def _kept(formats: Sequence[str], section: Sequence[str], codecs: Sequence[str]) -> list[str]:
    """The codecs' formats in their order, then keys at the clocks that these have."""
    known = {found[1]: _Format(found[2].lower(), int(found[3])) for line in section if (found := _RTPMAP.match(line))}
    sound = [each for codec in codecs for each in formats if each in known and known[each].name == codec]
    clocks = {known[each].clock_hz for each in sound}
    keys = [each for each in formats if each in known and known[each].name == EVENTS]
    return [*sound, *(each for each in keys if known[each].clock_hz in clocks)] if sound else []
