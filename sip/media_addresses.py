"""Where a far end wants its media, by the lines `c=` and `a=rtcp` of its session description (SDP, RFC 8866).

A name of a host may stand there instead of an address (RFC 8866 §5.7). The library would look it up on the thread that
carries all calls, so it is shown none, not even in a line that is refused.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

_ZEROS: Final = {False: "0.0.0.0", True: "::"}
_RTCP: Final = re.compile(r"a=rtcp:\s*(\d+)\s+\S+\s+\S+\s+([^\s/]+).*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class MediaAddress:
    """What a line `c=` names, without the figures that follow the address of a group of receivers."""

    ipv6: bool
    host: str

    @property
    def is_name(self) -> bool:
        return not _is_address(self.host)

    @property
    def is_nowhere(self) -> bool:
        """Whether it is the address of zeros, as of a line that is on hold."""
        return self.host in _ZEROS.values()

    @property
    def shown(self) -> str:
        """The address, and zeros in the place of a name."""
        return _ZEROS[self.ipv6] if self.is_name else self.host


def media_address(lines: Sequence[str]) -> MediaAddress | None:
    """The last one, which is the nearest; None where there is none."""
    return next(_addresses(reversed(lines)), None)


def without_name(line: str) -> str:
    """The line as the library may read it; `a=rtcp` with a name keeps its port alone (RFC 3605)."""
    if (address := _read(line)) is not None:
        # What is no network or no family stays for the library, which refuses it.
        network, family, *_ = line[2:].split()
        return f"c={network} {family} {address.shown}"
    if (rtcp := _RTCP.fullmatch(line)) is not None and not _is_address(rtcp[2]):
        return f"a=rtcp:{rtcp[1]}"
    return line


def _addresses(lines: Iterator[str]) -> Iterator[MediaAddress]:
    yield from (found for found in map(_read, lines) if found is not None)


def _read(line: str) -> MediaAddress | None:
    words = line[2:].split() if line.startswith("c=") else []
    return MediaAddress(words[1].upper() == "IP6", words[2].partition("/")[0]) if len(words) >= 3 else None


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
