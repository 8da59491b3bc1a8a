"""Where a call is sent to reach whom it is for, and whether it may be: a number, a SIP address, or a client's name."""

from engine.errors import SipError
from engine.flow.called import CLIENT, SIP
from engine.live.services import CallServices
from engine.ports import every_address
from engine.ports.legs import Reachable


def sent_to(called: str, services: CallServices) -> str:
    """The number or SIP URI to which a call is sent. Raises SipError for a client where there is no registrar."""
    if not called.startswith(CLIENT):
        return called
    if services.registrar is None:
        raise SipError("No registrar is set, where clients are registered: set TELEFOON_REGISTRAR.")
    scheme, _, rest = services.registrar.partition(":")
    return f"{scheme}:{called.removeprefix(CLIENT)}@{rest}"


async def require_reachable(called: str, services: CallServices) -> None:
    """Raises EgressDenied for a SIP address where nothing may be sent, WebhookError for one that leads nowhere."""
    if called.startswith(SIP):
        await services.sip_egress.check(called)


def reachable(called: str, services: CallServices) -> Reachable:
    """Where its host may be called: at any address for the registrar, which the operator has chosen."""
    return every_address if called.startswith(CLIENT) else services.sip_egress.permits
