"""Addresses that /etc/hosts gives to names, which come before what DNS says (hosts(5))."""

from ipaddress import ip_address
from pathlib import Path


def hosts_of_file(file: Path, name: str, *, ipv6: bool) -> tuple[str, ...]:
    """The addresses of a name, of one family; none where the file does not have it, or can't be read."""
    try:
        lines = file.read_text("utf-8", "replace").splitlines()
    except OSError:
        return ()  # as the system's own look-up does
    wanted = name.lower().rstrip(".")
    named = (line.partition("#")[0].lower().split() for line in lines)
    found = (words[0] for words in named if wanted in words[1:])
    return tuple(dict.fromkeys(each for each in found if _version(each) == (6 if ipv6 else 4)))


def _version(address: str) -> int:
    try:
        return ip_address(address).version
    except ValueError:
        return 0
