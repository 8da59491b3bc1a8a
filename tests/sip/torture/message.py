"""One message of an RFC of torture tests, as bytes, and what is to become of it."""

from dataclasses import dataclass
from typing import Final

A_CALL: Final = 486
"""What is answered to a message that is a call: the tests say that all are busy."""
SILENCE: Final = None


@dataclass(frozen=True, slots=True)
class TortureMessage:
    """`name` and `section` are the RFC's; `what` came, and `right` is what the RFC wants done.

    `answer` is ours to a trunk over UDP: a final status, A_CALL or SILENCE; `over_tcp` where it is another there.
    """

    name: str
    section: str
    what: str
    right: str
    answer: int | None
    data: bytes
    over_tcp: int | None = -1

    def answer_over(self, transport: str) -> int | None:
        """The answer over "UDP" or "TCP"."""
        return self.over_tcp if transport == "TCP" and self.over_tcp != -1 else self.answer


def wire(text: str) -> bytes:
    """A message as it goes over the wire, of text that begins with an empty line and has simple line ends."""
    return text.removeprefix("\n").replace("\n", "\r\n").encode()


def described(address: str, *, time: str = "0 0") -> str:
    """The session description that most of them have."""
    return (
        f"v=0\no=mhandley 29739 7272939 IN IP4 {address}\ns=-\nc=IN IP4 {address}\nt={time}\n"
        "m=audio 49217 RTP/AVP 0 12\nm=video 3227 RTP/AVP 31\na=rtpmap:31 LPC\n"
    )
