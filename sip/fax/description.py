"""The line of fax in a session description: `m=image PORT udptl t38` (ITU-T T.38 Annex D, RFC 3362)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sip.media_addresses import media_address

DEFAULT_RATE_BPS: Final = 14400
_LINE: Final = re.compile(r"\r\n|\r|\n")
_OF_FAX: Final = re.compile(r"a=T38", re.IGNORECASE)
_RATE: Final = re.compile(r"a=T38MaxBitRate:\s*(\d{1,6})\s*", re.IGNORECASE)
_OF_SESSION: Final = ("v=", "o=", "s=", "c=", "t=")


@dataclass(frozen=True, slots=True)
class FaxLine:
    """Where a far end takes datagrams of UDPTL, and what it says of the fax: its lines `a=T38...`, as they are."""

    address: str
    port: int
    attributes: tuple[str, ...]

    @property
    def rate_bps(self) -> int:
        """The most bits a second that it names."""
        rates = (found[1] for each in self.attributes if (found := _RATE.fullmatch(each)))
        return int(next(rates, DEFAULT_RATE_BPS))


def is_fax(kind: str, port: str, transport: str, formats: Sequence[str]) -> bool:
    """Whether these words of an `m=` line offer fax over UDPTL."""
    told = (kind.lower(), transport.lower(), *(each.lower() for each in formats))
    return told == ("image", "udptl", "t38") and port.isascii() and port.isdigit() and 0 < int(port) < 65536


def fax_line(text: str) -> FaxLine | None:
    """The line of fax in a description that has no other open line; None if it has none."""
    session, *media = _sections(text)
    fax: FaxLine | None = None
    for section in media:
        words = section[0][2:].split()
        kind, port, transport = [*words, "", "", ""][:3]
        if is_fax(kind, port, transport, words[3:]) and fax is None:
            attributes = tuple(line for line in section if _OF_FAX.match(line))
            fax = FaxLine(_host([*session, *section]), int(port), attributes)
        elif port.partition("/")[0] != "0":
            return None
    return fax if fax is not None and fax.address else None


def described_with_fax(text: str, fax: FaxLine, port: int) -> str:
    """A description of ours with a line of fax in the place of what it has; `port` is ours."""
    session, *media = _sections(text)
    kept = [line for line in session if line.startswith(_OF_SESSION)]
    address = next((line for line in (*(media[0] if media else ()), *session) if line.startswith("c=")), None)
    own = [address] if address is not None and address not in kept else []
    lines = (*kept, f"m=image {port} udptl t38", *own, *fax.attributes)
    return "".join(f"{line}\r\n" for line in lines)


def _sections(text: str) -> list[list[str]]:
    """The session's lines, then those of each medium."""
    sections: list[list[str]] = [[]]
    for line in filter(None, (each.rstrip() for each in _LINE.split(text))):
        if line.startswith("m="):
            sections.append([])
        sections[-1].append(line)
    return sections


def _host(lines: Sequence[str]) -> str:
    """Empty where there is none, or a name, which nobody looks up."""
    address = media_address(lines)
    return "" if address is None or address.is_name else address.host
