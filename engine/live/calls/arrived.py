"""What the INVITE that brought a call tells of it."""

from dataclasses import replace
from typing import Final

from engine.model.call import Call
from engine.model.numbers import from_carrier
from engine.ports import InboundCall

_LONGEST_NAME: Final = 64
"""Characters, as many as a Dial may show; whoever calls can write more."""


def arrived(call: Call, arrival: InboundCall) -> Call:
    """The call with what is known of who calls, and of the way by which it came."""
    return replace(
        call,
        options=replace(call.options, caller_name=arrival.display_name[:_LONGEST_NAME] or None),
        stir_verstat=arrival.verstat,
        trunk=arrival.trunk or None,
        forwarded_from=from_carrier(arrival.forwarded_from) or None,
    )
