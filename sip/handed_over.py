"""The address of another node to which who calls is sent on (302), over the transport that they came by."""

import re
from typing import Final

from sip.message import Message

_VIA: Final = re.compile(r"SIP\s*/\s*2\.0\s*/\s*(\w+)\s", re.IGNORECASE)


def transport_of(message: Message) -> str:
    """What a request came over by its first Via, as in tls (RFC 3261 §18.1.1); empty where that tells none."""
    found = _VIA.match(message.first("via") or "")
    return found.group(1).lower() if found else ""


def over_transport(transport: str, uri: str) -> str:
    """A node's SIP URI, with its port for UDP, as who reached us over a transport should take it.

    A call that came over TLS goes on over TLS: the port above that of UDP is a node's for it.
    """
    if transport == "tls":
        host, _, port = uri.rpartition(":")
        return f"{host}:{int(port) + 1};transport=tls"
    return f"{uri};transport=tcp" if transport == "tcp" else uri
