"""What is wanted of the outside to see what was said by SIP about a call."""

from collections.abc import Sequence
from typing import Protocol

from engine.model.sip_message import SipMessage


class SipTrace(Protocol):
    """The SIP messages of the last calls, as long as they are kept in memory."""

    async def messages(self, sip_call_id: str) -> Sequence[SipMessage]:
        """All messages of a call, also of the attempts before its last one, whose Call-ID this is; in their order."""
        ...
