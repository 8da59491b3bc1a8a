"""The address of another node to which who calls is sent on (302), over the transport that they came by."""


def over_transport_of(contact: str, uri: str) -> str:
    """A node's SIP URI, with its port for UDP, as who reached us at a Contact of ours should take it.

    A call that came over TLS goes on over TLS: the port above that of UDP is a node's for it.
    """
    contact = contact.lower()
    if "transport=tls" in contact or "sips:" in contact:
        host, _, port = uri.rpartition(":")
        return f"{host}:{int(port) + 1};transport=tls"
    return f"{uri};transport=tcp" if "transport=tcp" in contact else uri
