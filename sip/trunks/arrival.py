"""An INVITE that came in, as the engine is told of it: its numbers by the rules of the trunk that it came by."""

from dataclasses import replace
from typing import Final

from engine.model.stir import SignedCall
from engine.model.trunk import Trunk
from engine.ports import InboundCall
from sip.addresses import called_users
from sip.message import Message
from sip.trunks.caller_identity import caller_number, caller_said
from sip.trunks.diversion import forwarded_from

_OF_PROXY: Final = "x-telefoon-source"
"""The header of our proxy before the nodes, which follows redirections by itself."""


def arrival_of(message: Message, source: str, trunk: Trunk | None) -> InboundCall:
    """Who calls whom. `source` is an address with its port; without a trunk, numbers are told as they are written."""
    read = trunk.received.read if trunk is not None else str
    caller = caller_said(message, trunk)
    called, addressed = (read(each) for each in called_users(message))
    arrival = InboundCall(
        called,
        read(caller.user),
        source,
        caller.name,
        addressed,
        forwarded_from=read(forwarded_from(message)),
        identity=tuple(value for name, value in message.headers if name == "identity"),
        uri=message.request_uri,
        default_number=trunk.default_number if trunk is not None else "",
        trunk=trunk.name if trunk is not None else "",
        follows_redirects=trunk is None or trunk.follows_redirects or message.first(_OF_PROXY) is not None,
    )
    if trunk is None or not trunk.stir.verifies:
        return arrival
    number = read(caller_number(message, trunk))
    signed = SignedCall(arrival.identity, message.first("date") or "", number, (called, addressed))
    return replace(arrival, signed=signed)
