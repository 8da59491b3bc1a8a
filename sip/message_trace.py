"""What was said by SIP about the last calls, as our C++ keeps it (native/message_trace.cpp)."""

from collections import OrderedDict
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import pjsua2 as pj

from engine.model.sip_message import SipMessage
from engine.model.storable import storable

BYTES_OF_CALL: Final = 64 * 1024
"""Of one call. A usual one has some 10 kB."""


STRANGERS: Final = 16
"""Of so many calls that came in and were not taken messages are kept beside: a flood of them drives no other out."""


def open_trace(calls: int) -> None:
    """Keep the messages of so many calls until the endpoint ends, of none if 0. On the SIP thread."""
    pj.open_message_trace(calls, min(calls, STRANGERS), BYTES_OF_CALL)


def keep_trace(sip_call_id: str) -> None:
    """Keep the messages of a call that has come in among those of calls, not of strangers. On the SIP thread."""
    pj.keep_traced(sip_call_id)


def messages_of(sip_call_ids: Sequence[str]) -> Sequence[SipMessage]:
    """What is kept of these dialogs, in the order in which it happened. On the SIP thread."""
    found = [_message(each) for call_id in sip_call_ids for each in pj.traced_messages(call_id)]
    return sorted(found, key=lambda message: message.at)


def _message(traced: pj.TracedMessage) -> SipMessage:
    return SipMessage(
        datetime.fromtimestamp(traced.at, UTC),
        bool(traced.sent),
        str(traced.transport),
        storable(str(traced.local)),
        str(traced.remote),
        storable(str(traced.text)),
    )


class DialogChains:
    """The Call-IDs of calls that went to more than one host, to be found by any of them; the last so many calls."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._of: OrderedDict[str, list[str]] = OrderedDict()

    def add(self, before: list[str], sip_call_id: str) -> None:
        """Add an attempt to those of its call before it."""
        before.append(sip_call_id)
        if len(before) > 1:
            self._of[sip_call_id] = before
        while len(self._of) > self._most:
            self._of.popitem(last=False)

    def of(self, sip_call_id: str) -> Sequence[str]:
        """The Call-IDs of the call whose last attempt had this one."""
        return tuple(self._of.get(sip_call_id, [sip_call_id]))
