"""What our session descriptions offer and accept: codecs in their order, keys, and how long packets may be."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from engine.model.trunk import T38, Dtmf, HoldStyle
from sip.description import EVENTS

_FIRST_DYNAMIC: Final = 96
_DYNAMIC: Final = 32
_RTPMAP: Final = re.compile(r"a=rtpmap:(\d+) ([^/]+)/(\d+)", re.IGNORECASE)
_OF_FORMAT: Final = re.compile(r"a=(?:rtpmap|fmtp|rtcp-fb):(\d+)\b", re.IGNORECASE)
_PACKET_TIME: Final = re.compile(r"a=(max)?ptime:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Offering:
    """Codecs by their names in lower case, all if there are none; milliseconds of a packet, 0 where nothing is said.

    `event_type` is the payload type of telephone-event; 0 leaves it as it is. `hold` is what is offered for hold,
    and `t38` whether fax is.
    """

    codecs: tuple[str, ...] = ()
    ptime_ms: int = 0
    maxptime_ms: int = 0
    dtmf: Dtmf = Dtmf.AUTO
    event_type: int = 0
    hold: HoldStyle = HoldStyle.MUSIC
    t38: T38 = T38.REFUSE


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
    if offering.event_type:
        section = _renumbered(section, _numbers(formats, section, offering.event_type))
        formats = section[0].split()[3:]
    kept = _kept(formats, section, offering)
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


def _formats(section: Sequence[str]) -> dict[str, _Format]:
    return {found[1]: _Format(found[2].lower(), int(found[3])) for line in section if (found := _RTPMAP.match(line))}


def _events(formats: Sequence[str], known: Mapping[str, _Format]) -> list[str]:
    return [each for each in formats if each in known and known[each].name == EVENTS]


def _kept(formats: Sequence[str], section: Sequence[str], offering: Offering) -> list[str]:
    """The codecs' formats in their order, then keys at the clocks that these have."""
    known = _formats(section)
    keys = _events(formats, known)
    sound = [each for each in formats if each not in keys]
    if offering.codecs:
        sound = [each for name in offering.codecs for each in sound if each in known and known[each].name == name]
        clocks = {known[each].clock_hz for each in sound}
        keys = [each for each in keys if known[each].clock_hz in clocks]
    return [*sound, *(keys if sound and offering.dtmf.offers_events else ())]


def _numbers(formats: Sequence[str], section: Sequence[str], event_type: int) -> dict[str, str]:
    """The payload types that change: those of keys, of 8,000 Hz first, and of a codec that has had one of theirs."""
    known = _formats(section)
    keys = sorted(_events(formats, known), key=lambda each: known[each].clock_hz)
    types = [str(each) for each in range(_FIRST_DYNAMIC, _FIRST_DYNAMIC + _DYNAMIC)]
    begin = event_type - _FIRST_DYNAMIC
    given = (types[begin:] + types[:begin])[: len(keys)]
    free = (each for each in types if each not in formats and each not in given)
    moved = {each: next(free) for each in formats if each in given and each not in keys}
    return {**moved, **dict(zip(keys, given, strict=True))}


def _renumbered(section: Sequence[str], numbers: Mapping[str, str]) -> list[str]:
    head = section[0].split()
    first = " ".join((*head[:3], *(numbers.get(each, each) for each in head[3:])))
    return [first, *(_renumbered_line(line, numbers) for line in section[1:])]


def _renumbered_line(line: str, numbers: Mapping[str, str]) -> str:
    found = _OF_FORMAT.match(line)
    if found is None or found[1] not in numbers:
        return line
    return f"{line[: found.start(1)]}{numbers[found[1]]}{line[found.end(1) :]}"
