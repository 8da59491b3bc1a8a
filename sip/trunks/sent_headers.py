"""The headers of an INVITE beside those of SIP itself: of who calls, of its trunk, of the call's own order."""

from collections.abc import Sequence

from engine.model.sip_headers import Header
from engine.model.trunk import Trunk
from engine.ports import DialRequest
from sip.config import ListenAddress
from sip.trunks.caller_identity import CallerHeaders
from sip.trunks.diversion import diversion_headers


def sent_headers(
    request: DialRequest, trunk: Trunk | None, caller: CallerHeaders, called_uri: str, listening: ListenAddress
) -> Sequence[Header]:
    """All of them in their order. What the call itself brings stands in place of the trunk's of the same name."""
    own = {name.lower() for name, _ in request.headers}
    diverted = diversion_headers(request, trunk, called_uri, listening)
    of_trunk = (*diverted, *trunk.headers) if trunk is not None else ()
    return (*caller.others, *(each for each in of_trunk if each[0].lower() not in own), *request.headers)
