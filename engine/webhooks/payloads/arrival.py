"""What a flow is told of the INVITE that brought its call, on top of what is known of every call."""

from collections.abc import Mapping
from typing import Final

from engine.ports import InboundCall
from engine.security.egress import host_of

OF_HEADER: Final = "SipHeader_"


def arrival_params(arrival: InboundCall, sip_call_id: str) -> Mapping[str, str]:
    """Parameters of each request for a document of the call's flow."""
    told = {
        "SipUri": arrival.uri,
        "SipDomain": host_of(arrival.uri),
        "SipCallId": sip_call_id,
    }
    headers = {f"{OF_HEADER}{name}": value for name, value in arrival.headers}
    return {name: value for name, value in told.items() if value} | headers
