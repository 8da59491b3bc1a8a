"""Calls that come in to a node which may not carry them, as their account's region is another: they are sent on."""

import re
from typing import Final

import structlog

from engine.live.services import CallServices
from engine.ports import Cause, InboundCall, Leg

_USER: Final = re.compile(r"sips?:([A-Za-z0-9\-_.!~*'()&=+$,;?/%]+)@.+", re.IGNORECASE)
"""A Request-URI with a user part, without a password (RFC 3261 §25.1)."""

log = structlog.get_logger(__name__)


async def sent_on(leg: Leg, arrival: InboundCall, region: str, services: CallServices) -> None:
    """Send who calls on to the node of a region that has the least to do (302, RFC 3261 §21.3.3).

    Who called over IPv6 is sent on over IPv6. Where none takes such calls there, or the trunk follows no redirection,
    it is 503 with Retry-After. Of the call nothing is kept here, nor in the database.
    """
    over_ipv6 = arrival.source.startswith("[")
    address = services.nodes.takes_calls_in(region, over_ipv6=over_ipv6) if services.nodes is not None else None
    if address is None or not arrival.follows_redirects:
        rule = "no node in its region" if address is None else "its trunk follows no redirection to its region"
        log.warning("inbound_refused", source=arrival.source, rule=rule, region=region)
        await leg.hang_up(Cause.NOT_IN_REGION)
        return
    log.info("inbound_sent_on", source=arrival.source, region=region, to=address)
    await leg.redirect(_at(address, arrival))


def _at(address: str, arrival: InboundCall) -> str:
    """The called number at a node, written as in the Request-URI: that node reads it as this one has."""
    if found := _USER.fullmatch(arrival.uri):
        return f"sip:{found.group(1)}@{address}"
    number = arrival.called
    return f"sip:{number}@{address}" if re.fullmatch(r"\+?[0-9]+", number) else f"sip:{address}"
