"""Addresses of webhooks, as options of commands give them."""

from urllib.parse import urlsplit

from engine.errors import InvalidField


def require_web_address(option: str, address: str) -> None:
    """Raises InvalidField, which names the option, for what is no URL of http or https with a host."""
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InvalidField(option, f"--{option} is {address}. Write a URL such as https://example.com/flow.")
