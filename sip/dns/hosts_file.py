"""Addresses that /etc/hosts gives to names, which come before what DNS says (hosts(5))."""

from pathlib import Path

from engine.model.trunk import AddressFamily
from engine.model.trunk.patterns import is_address


def hosts_of_file(file: Path, name: str, version: AddressFamily) -> tuple[str, ...]:
    """The addresses of a name, of one family; none where the file does not have it, or can't be read."""
    try:
        lines = file.read_text("utf-8", "replace").splitlines()
    except OSError:
        return ()  # as the system's own look-up does
    wanted = name.lower().rstrip(".")
    named = (line.partition("#")[0].lower().split() for line in lines)
    found = (words[0] for words in named if wanted in words[1:])
    return tuple(dict.fromkeys(each for each in found if is_address(each) and AddressFamily.of(each) is version))
