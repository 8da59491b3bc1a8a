"""What a trunk says of its calls: which headers flows are told, where calls are sent on, and what they offer."""

from collections.abc import Callable, Sequence

from engine.model.trunk import Trunk
from engine.ports import DialRequest
from sip.dialog import Deliver
from sip.handed_headers import OF_ANYBODY
from sip.offering import EVERYTHING, Offering
from sip.trunks.choice import follows, refused_redirect


def told_headers(trunk: Trunk | None) -> Sequence[str]:
    """The headers of a far end that flows are told."""
    return trunk.received_headers if trunk is not None else OF_ANYBODY


def follower(trunk: Trunk | None, request: DialRequest, deliver: Deliver) -> Callable[[str], bool]:
    """Whether a call goes where a carrier sends it on: within its trunk, and to numbers that its policies allow."""

    def goes_to(contact: str) -> bool:
        uri = contact.partition("<")[2].partition(">")[0] or contact
        if trunk is None or not follows(trunk, uri):
            return False
        refused = refused_redirect(trunk, uri, request.destinations)
        if refused is not None:
            deliver(refused)
        return refused is None

    return goes_to


def offering_of(trunk: Trunk | None) -> Offering:
    """All that may be offered to the far ends of a trunk, and its style of it; without one, everything."""
    if trunk is None:
        return EVERYTHING
    codecs = tuple(each.lower() for each in trunk.codecs)
    return Offering(
        codecs, trunk.ptime_ms, trunk.maxptime_ms, trunk.dtmf, trunk.dtmf_payload_type, trunk.hold, trunk.t38
    )
