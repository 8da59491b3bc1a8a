"""How hosts are written: names and addresses of both IP versions."""


def before_port(host: str) -> str:
    """A host as it stands before a port: an IPv6 address is in brackets (RFC 3986 §3.2.2, RFC 3261 §25.1)."""
    return f"[{host}]" if ":" in host and not host.startswith("[") else host
