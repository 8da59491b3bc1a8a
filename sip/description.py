"""A session description (SDP, RFC 8866) as a far end sent it, made one that the library reads as it was meant.

The library refuses the whole of a description for a line that others pass over, and takes an audio line for good whose
codecs it then lacks. Here what can be passed over is taken out, and an audio line that we can't carry gets port 0: it
is then answered as refused (RFC 3264 §6), and the next one is used.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from engine.model.trunk import AddressFamily
from sip.fax.description import fax_line, is_fax
from sip.media_addresses import media_address, without_name

EVENTS: Final = "telephone-event"
DEFAULT_PTIME_MS: Final = 20

_STATIC: Final[Mapping[str, str]] = {
    "0": "pcmu", "3": "gsm", "4": "g723", "5": "dvi4", "6": "dvi4", "7": "lpc", "8": "pcma", "9": "g722",
    "10": "l16", "11": "l16", "12": "qcelp", "13": "cn", "14": "mpa", "15": "g728", "16": "dvi4", "17": "dvi4",
    "18": "g729",
}  # fmt: skip
"""Payload types that need no rtpmap (RFC 3551 §6)."""

_FIRST_DYNAMIC: Final = 96
_LAST: Final = 127
_LINE: Final = re.compile(r"\r\n|\r|\n")
_RTPMAP: Final = re.compile(r"a=rtpmap:\s*(\d+)\s+([^\s/]+)\s*/\s*(\d+)(\S*)\s*", re.IGNORECASE)
_ANY_RTPMAP: Final = re.compile(r"a=rtpmap:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Carried:
    """The media that this user agent carries: codecs by their names in lower case, over IPv4 or over IPv6.

    `fax` is whether a line of fax (T.38) is carried in the place of sound.
    """

    codecs: frozenset[str]
    ipv6: bool = False
    fax: bool = False

    def over(self, source: str) -> "Carried":
        """The same over the IP version of a far end's "address:port": media go where SIP comes from."""
        return replace(self, ipv6=AddressFamily.of(source) is AddressFamily.IPV6)

    def among(self, codecs: Sequence[str]) -> "Carried":
        """The same with these codecs alone, in any spelling; with all where none is named."""
        return replace(self, codecs=self.codecs & {each.lower() for each in codecs}) if codecs else self


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing of a description is carried: a code and words for the header Warning (RFC 3261 §20.43)."""

    code: int
    words: str


NO_AUDIO: Final = Refusal(304, "No audio is offered")
OTHER_FAMILY: Final = Refusal(301, "No address of a family that is spoken here")
NAMED: Final = Refusal(301, "Its media are at a name, and not at an address")
NO_CODEC: Final = Refusal(305, "No codec in common")


@dataclass(frozen=True, slots=True)
class DescriptionReading:
    """The description for the library, and why nothing of it is carried; None if something is."""

    text: str
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class _Medium:
    """An m= line by its words and the lines after it."""

    kind: str
    port: str
    transport: str
    formats: tuple[str, ...]
    lines: tuple[str, ...]

    @property
    def closed(self) -> bool:
        return self.port.partition("/")[0] == "0"

    @property
    def text(self) -> Iterator[str]:
        yield " ".join((f"m={self.kind}", self.port, self.transport, *self.formats))
        yield from self.lines


def read_description(text: str, carried: Carried) -> DescriptionReading:
    """Raises nothing, whatever the text is; what is no description stays as it is, for the library to refuse."""
    lines = [line.rstrip() for line in _LINE.split(text) if line.strip()]
    first = next((place for place, line in enumerate(lines) if line.startswith("m=")), len(lines))
    session = list(_session(lines[:first]))
    media = [_medium(section) for section in _sections(lines[first:])]
    if not media or None in media:
        return DescriptionReading(text)
    carried = replace(carried, fax=carried.fax and fax_line(text) is not None)
    read = [_read_medium(each, session, carried) for each in media if each is not None]
    told = map(without_name, (*session, *(line for each, _ in read for line in each.text)))
    return DescriptionReading("".join(f"{line}\r\n" for line in told), _refusal([why for _, why in read]))


def is_held_by_zeros(text: str) -> bool:
    """Whether the sound of a description that the library has read is to go nowhere; lines beside it may."""
    lines = _LINE.split(text)
    first = next((place for place, line in enumerate(lines) if line.startswith("m=")), len(lines))
    media = filter(None, map(_medium, _sections(lines[first:])))
    audio = next((each for each in media if each.kind.lower() == "audio" and not each.closed), None)
    address = None if audio is None else media_address([*lines[:first], *audio.lines])
    return address is not None and address.is_nowhere


def _refusal(reasons: Sequence[Refusal | None]) -> Refusal | None:
    """The reason of the line that came nearest, where none is carried."""
    if None in reasons:
        return None
    return next(why for why in (NO_CODEC, NAMED, OTHER_FAMILY, NO_AUDIO) if why in reasons)


def _session(lines: Sequence[str]) -> Iterator[str]:
    """The session's own lines with the two that must be there, and that the library wants filled."""
    named = any(line.startswith("s=") for line in lines)
    for line in lines:
        if line.startswith("o="):
            yield _origin(line)
            if not named:
                yield "s=-"
        elif line.startswith("s="):
            yield line if line[2:].strip() else "s=-"
        else:
            yield line


def _origin(line: str) -> str:
    """`o=` with the six words that it has (RFC 8866 §5.2); a user's name with spaces, or none, makes more or less."""
    words = line[2:].split()
    if len(words) < 5:
        return line
    name = "_".join(words[:-5]) or "-"
    return f"o={name} {' '.join(words[-5:])}"


def _sections(lines: Sequence[str]) -> Iterator[list[str]]:
    section: list[str] = []
    for line in lines:
        if line.startswith("m=") and section:
            yield section
            section = []
        section.append(line)
    if section:
        yield section


def _medium(section: Sequence[str]) -> _Medium | None:
    words = section[0][2:].split()
    if len(words) < 3:
        return None
    kind, port, transport, *formats = words
    return _Medium(kind, port, transport, tuple(formats), tuple(section[1:]))


def _read_medium(medium: _Medium, session: Sequence[str], carried: Carried) -> tuple[_Medium, Refusal | None]:
    """The line for the library, and why it is not carried; None if it is."""
    if carried.fax and is_fax(medium.kind, medium.port, medium.transport, medium.formats):
        return medium, None
    if medium.kind.lower() != "audio" or medium.closed:
        return _closed(medium), NO_AUDIO
    address = media_address([*session, *medium.lines])
    if address is not None and address.is_name:
        return _closed(medium), NAMED
    if address is not None and not address.is_nowhere and address.ipv6 != carried.ipv6:
        return _closed(medium), OTHER_FAMILY
    read = _with_known_formats(medium)
    if not any(name in carried.codecs for name in _names(read)):
        return _closed(medium), NO_CODEC
    return _within_longest(read), None


def _closed(medium: _Medium) -> _Medium:
    """Refused; the library looks at the formats all the same, and takes numbers for payload types."""
    formats = tuple(each if _is_type(each) or not each.isdigit() else "0" for each in medium.formats)
    return replace(medium, port="0", formats=formats or ("0",))


def _is_type(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 3 and int(text) <= _LAST


def _rtpmaps(medium: _Medium) -> dict[str, re.Match[str]]:
    """One for each payload type; of several, that which tells keys at 8,000 Hz, the rate of most codecs."""
    found: dict[str, re.Match[str]] = {}
    for line in medium.lines:
        if (rtpmap := _RTPMAP.fullmatch(line)) and (rtpmap[1] not in found or _is_usual_events(rtpmap)):
            found[rtpmap[1]] = rtpmap
    return found


def _is_usual_events(rtpmap: re.Match[str]) -> bool:
    return rtpmap[2].lower() == EVENTS and rtpmap[3] == "8000"


def _with_known_formats(medium: _Medium) -> _Medium:
    """Without formats of which nobody can know what they are, without one that is there twice."""
    rtpmaps = _rtpmaps(medium)
    formats = [
        each
        for each in dict.fromkeys(medium.formats)
        if _is_type(each) and (each in rtpmaps or int(each) < _FIRST_DYNAMIC)
    ]
    kept = [_rtpmap_line(rtpmap) for each, rtpmap in rtpmaps.items() if each in formats]
    others = [line for line in medium.lines if not _ANY_RTPMAP.match(line)]
    place = next((at for at, line in enumerate(medium.lines) if _ANY_RTPMAP.match(line)), 0)
    return replace(medium, formats=tuple(formats), lines=(*others[:place], *kept, *others[place:]))


def _rtpmap_line(rtpmap: re.Match[str]) -> str:
    name = EVENTS if rtpmap[2].lower() == EVENTS else rtpmap[2]
    return f"a=rtpmap:{rtpmap[1]} {name}/{rtpmap[3]}{rtpmap[4]}"


def _names(medium: _Medium) -> Iterator[str]:
    rtpmaps = _rtpmaps(medium)
    for each in medium.formats:
        yield rtpmaps[each][2].lower() if each in rtpmaps else _STATIC.get(each, "")


def _within_longest(medium: _Medium) -> _Medium:
    """Give it a packet time no longer than the longest one: the library sends as the one says, not the other."""
    longest = _milliseconds(medium, "maxptime")
    if longest is None or longest >= (_milliseconds(medium, "ptime") or DEFAULT_PTIME_MS):
        return medium
    others = tuple(line for line in medium.lines if not line.lower().startswith("a=ptime:"))
    return replace(medium, lines=(*others, f"a=ptime:{longest}"))


def _milliseconds(medium: _Medium, name: str) -> int | None:
    for line in medium.lines:
        if found := re.fullmatch(rf"a={name}:\s*(\d{{1,4}})(?:\.\d*)?\s*", line, re.IGNORECASE):
            return int(found[1]) or None
    return None
