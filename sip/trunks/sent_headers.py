"""The headers of an INVITE beside those of SIP itself: of who calls, of its trunk, of the call's own order."""

from collections.abc import Sequence

from engine.model.sip_headers import Header
from engine.model.trunk import Trunk
from engine.ports import DialRequest
from sip.trunks.caller_identity import CallerHeaders


def sent_headers(request: DialRequest, trunk: Trunk | None, caller: CallerHeaders) -> Sequence[Header]:
    """All of them in their order. What the call itself brings stands in place of the trunk's of the same name."""
    own = {name.lower() for name, _ in request.headers}
    of_trunk = trunk.headers if trunk is not None else ()
    return (*caller.others, *(each for each in of_trunk if each[0].lower() not in own), *request.headers)
