"""SIP messages and session descriptions as a far end got and sent them (RFC 3261 §7, RFC 8866)."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Self

_COMPACT: Final = {
    "i": "call-id", "m": "contact", "e": "content-encoding", "l": "content-length", "c": "content-type",
    "f": "from", "s": "subject", "k": "supported", "t": "to", "v": "via", "x": "session-expires",
}  # fmt: skip
_DIRECTIONS: Final = ("sendrecv", "sendonly", "recvonly", "inactive")


@dataclass(frozen=True, slots=True)
class Sdp:
    """The first media description of a session description."""

    text: str
    address: str
    port: int
    direction: str
    profile: str
    formats: tuple[int, ...]
    names: dict[int, str] = field(hash=False)
    """Encoding names by payload type, in upper case, as in {8: "PCMA/8000"}."""

    @classmethod
    def read(cls, text: str) -> Self:
        """Parse a description with at least one `m=` line. Raises ValueError without."""
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        media = next((index for index, line in enumerate(lines) if line.startswith("m=")), None)
        if media is None:
            message = f"no media in this session description:\n{text}"
            raise ValueError(message)
        end = next((i for i in range(media + 1, len(lines)) if lines[i].startswith("m=")), len(lines))
        session, section = lines[:media], lines[media:end]
        kind = section[0].removeprefix("m=").split()
        addresses = [line.split()[-1] for line in (*session, *section) if line.startswith("c=")]
        directions = [line[2:] for line in (*session, *section) if line[2:] in _DIRECTIONS]
        names = {0: "PCMU/8000", 8: "PCMA/8000", 9: "G722/8000", 18: "G729/8000"}
        for line in section:
            if mapped := re.match(r"a=rtpmap:(\d+)\s+(\S+)", line):
                names[int(mapped[1])] = mapped[2].upper()
        formats = tuple(int(each) for each in kind[3:])
        return cls(
            text=text,
            address=addresses[-1] if addresses else "",
            port=int(kind[1]),
            direction=directions[-1] if directions else "sendrecv",
            profile=kind[2],
            formats=formats,
            names={number: name for number, name in names.items() if number in formats},
        )

    def payload_type(self, encoding: str) -> int | None:
        """The payload type of an encoding, such as "telephone-event", or "telephone-event/8000" of that rate."""
        wanted = encoding.upper()
        names = {n: self.names.get(n, "") for n in self.formats}
        return next((n for n, name in names.items() if wanted in (name, name.split("/")[0])), None)


@dataclass(frozen=True, slots=True)
class SipMessage:
    """One message of a trace; `sent` tells whether the far end sent it (else it came from the product)."""

    start_line: str
    headers: tuple[tuple[str, str], ...]
    body: str
    sent: bool = False
    at: datetime | None = None

    @classmethod
    def read(cls, text: str, *, sent: bool = False, at: datetime | None = None) -> Self:
        """Parse a message. Raises ValueError if its first line is none of SIP's."""
        head, _, body = text.replace("\r\n", "\n").partition("\n\n")
        start, *rest = head.split("\n")
        if not (start.startswith("SIP/2.0 ") or start.endswith(" SIP/2.0")):
            message = f"this is no SIP message: {start!r}"
            raise ValueError(message)
        unfolded: list[str] = []
        for line in rest:
            if line[:1] in " \t" and unfolded:
                unfolded[-1] += " " + line.strip()
            elif line:
                unfolded.append(line)
        pairs = (line.partition(":") for line in unfolded)
        headers = tuple((name.strip(), value.strip()) for name, _, value in pairs)
        return cls(start, headers, body, sent, at)

    @property
    def code(self) -> int | None:
        """The status of a response; None for a request."""
        return int(self.start_line.split()[1]) if self.start_line.startswith("SIP/2.0 ") else None

    @property
    def reason(self) -> str:
        """The reason phrase of a response."""
        return self.start_line.split(maxsplit=2)[2] if self.code else ""

    @property
    def method(self) -> str:
        """The method of a request, or that of the CSeq of a response."""
        return self.header("cseq").split()[1] if self.code else self.start_line.split()[0]

    @property
    def request_uri(self) -> str:
        """Where a request is sent to."""
        return "" if self.code else self.start_line.split()[1]

    @property
    def summary(self) -> str:
        """The message as short as "INVITE" or "200 INVITE"."""
        return f"{self.code} {self.method}" if self.code else self.method

    def header(self, name: str) -> str:
        """The value of the first header of that name, long or compact form; empty if there is none."""
        wanted = name.lower()
        return next((v for n, v in self.headers if _COMPACT.get(n.lower(), n.lower()) == wanted), "")

    @property
    def sdp(self) -> Sdp | None:
        """The session description, if there is one."""
        return Sdp.read(self.body) if "application/sdp" in self.header("content-type").lower() else None
