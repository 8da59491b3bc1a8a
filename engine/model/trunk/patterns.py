"""The patterns that texts among a trunk's fields fit whole."""

from ipaddress import ip_address
from typing import Final

NAME_PATTERN: Final = r"[a-z0-9][a-z0-9_-]{0,63}"
HOST_PORT: Final = r"((\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?\.?)(:[0-9]{1,5})?)?"
HOST: Final = r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?\.?)?"
USER: Final = r"[A-Za-z0-9!~*'()&=+$,;?/_.%-]*"
FILE: Final = r"(/[^\x00-\x1f\x7f]+)?"
LOGIN: Final = r"[^\x00-\x1f\x7f\"\\]*"
ADDRESS: Final = r"([0-9]{1,3}(\.[0-9]{1,3}){3}|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*)?"


def is_address(text: str) -> bool:
    """Whether a text is an IP address; not all that fit the pattern are."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
