"""Unpacks, or finds in the cache, the distribution's libfaketime: a clock that is set for one process, for tests.

python3 -m scripts.faketime        prints the folder (made if it is missing)
"""

from __future__ import annotations

from pathlib import Path

from scripts.failure import run_main
from scripts.progress import Progress
from scripts.unpacked_packages import UnpackedPackages

LIBRARY = Path("usr/lib/*/faketime/libfaketimeMT.so.1")
FAKETIME = UnpackedPackages("faketime", "libfaketime", ("libfaketime",), (LIBRARY,))


def main() -> None:
    """The command line."""
    print(FAKETIME.made(Progress()))


if __name__ == "__main__":
    run_main(main)
