"""Threads of another process, found by the names that they give themselves."""

from contextlib import suppress
from pathlib import Path
from typing import Final

READS_PACKETS: Final = "media"
"""Those of a node that read RTP and RTCP, the first of which reads whatever it is not kept from."""


def threads_named(pid: int, name: str) -> list[Path]:
    """Their folders in /proc, the oldest first; none where the process has none of this name."""
    found = []
    for each in Path(f"/proc/{pid}/task").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):  # one may end meanwhile
            if (each / "comm").read_text().strip() == name:
                found.append(each)
    return sorted(found, key=lambda each: int(each.name))
