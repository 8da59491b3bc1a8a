"""What a flow is told of the INVITE that brought its call, on top of what is known of every call."""

from collections.abc import Mapping
from typing import Final

from engine.ports import InboundCall

OF_HEADER: Final = "SipHeader_"


def arrival_params(arrival: InboundCall) -> Mapping[str, str]:
    """Parameters of each request for a document of the call's flow."""
    return {f"{OF_HEADER}{name}": value for name, value in arrival.headers}
