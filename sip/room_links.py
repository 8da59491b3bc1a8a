"""Links between the rooms of nodes, as the SIP thread knows them: which INVITEs are one, and what ours carry."""

import time
import uuid
from typing import Final

from config.codecs import BETWEEN_ROOMS
from engine.errors import SipError
from engine.model.room_link import RoomLink
from engine.model.sip_headers import Header
from engine.security.link_proofs import HEADER, LinkProofs
from sip.message import Message
from sip.offering import Offering

LINK_OFFERING: Final = Offering(tuple(name.lower() for name in BETWEEN_ROOMS))
LINK_SILENCE_S: Final = 1.0
"""After so long without RTP a link is dead: a room sends its sum all the time."""


def secure_uri(target: str) -> str:
    """The URI of a node over TLS, which it speaks at the port after that of this one."""
    who, _, address = target.rpartition("@")
    host, _, port = address.rpartition(":")
    return f"{who}@{host}:{int(port) + 1};transport=tls"


class RoomLinks:
    """Lives on the SIP thread. Without a secret that nodes share there are no links, and an INVITE is none."""

    def __init__(self, secret: bytes) -> None:
        self._proofs = LinkProofs(secret, time.time) if secret else None
        self._admitted: dict[str, RoomLink] = {}
        """Links whose INVITE was believed and has not yet become a dialog, by Call-ID."""

    def invite(self, link: RoomLink) -> tuple[str, Header]:
        """The Call-ID and the header of an INVITE. Raises SipError without a secret."""
        if self._proofs is None:
            raise SipError("This node has no other nodes: there is nobody to be linked with.")
        sip_call_id = uuid.uuid4().hex
        return sip_call_id, (HEADER, self._proofs.header(link, sip_call_id))

    def admit(self, message: Message) -> bool:
        """Whether an INVITE is a link's, and a node of ours has sent it."""
        value, sip_call_id = message.first(HEADER.lower()), message.first("call-id") or ""
        if value is None or self._proofs is None or (link := self._proofs.believed(value, sip_call_id)) is None:
            return False
        self._admitted[sip_call_id] = link
        return True

    def admitted(self, sip_call_id: str) -> RoomLink | None:
        """The link of a dialog that begins; None where it is an ordinary call's."""
        return self._admitted.pop(sip_call_id, None)

    def refused(self, sip_call_id: str) -> None:
        """Forget a link whose INVITE was refused before it became a dialog."""
        self._admitted.pop(sip_call_id, None)
