"""Proofs that an INVITE of a link between rooms comes from a node of this platform: a keyed hash in a header."""

import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, unquote

from engine.model.room_link import RoomLink
from engine.security.secrets import same

HEADER: Final = "X-Telefoon-Link"
BELIEVED_S: Final = 60.0
"""How far the clocks of two nodes may lie apart, the way of the INVITE included."""
_USE: Final = b"telefoon links between rooms"
_PART: Final = re.compile(r"([a-z]+)=([^;\s]+)")


@dataclass(slots=True)
class LinkProofs:
    """Writes and reads them. `pepper` is what all nodes of a platform share; `now` gives seconds since 1970.

    One Call-ID is believed once, so that nobody has a link by saying again what a node has said. For one thread.
    """

    pepper: bytes = field(repr=False)
    now: Callable[[], float]
    _used: dict[str, float] = field(default_factory=dict)
    """Until when a Call-ID that was believed is kept, so that it is not believed again."""

    def header(self, link: RoomLink, sip_call_id: str) -> str:
        """The value of HEADER in the INVITE with this Call-ID."""
        at = f"{self.now():.0f}"
        proof = self._proof(link, at, sip_call_id)
        return f"conference={link.conference_id};leaf={quote(link.leaf)};at={at};proof={proof}"

    def believed(self, value: str, sip_call_id: str) -> RoomLink | None:
        """The link that an INVITE with this Call-ID is of; None where that is not proved, or no more."""
        said = dict(_PART.findall(value))
        if not said.keys() >= {"conference", "leaf", "at", "proof"} or not said["at"].isdigit():
            return None
        link = RoomLink(said["conference"], unquote(said["leaf"]))
        if not same(self._proof(link, said["at"], sip_call_id).encode(), said["proof"].encode()):
            return None
        now = self.now()
        if abs(now - int(said["at"])) > BELIEVED_S or self._is_used(sip_call_id, now):
            return None
        self._used[sip_call_id] = now + 2 * BELIEVED_S
        return link

    def _proof(self, link: RoomLink, at: str, sip_call_id: str) -> str:
        key = hmac.digest(self.pepper, _USE, hashlib.sha256)
        told = f"{sip_call_id}\n{link.conference_id}\n{link.leaf}\n{at}"
        return hmac.new(key, told.encode(errors="surrogatepass"), hashlib.sha256).hexdigest()

    def _is_used(self, sip_call_id: str, now: float) -> bool:
        self._used = {each: until for each, until in self._used.items() if until > now}
        return sip_call_id in self._used
