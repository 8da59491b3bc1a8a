"""Unpacks, or finds in the cache, the distribution's baresip: a telephone without a screen, for the tests.

python3 -m scripts.baresip         prints the folder (made if it is missing)
"""

from __future__ import annotations

from pathlib import Path

from scripts.failure import run_main
from scripts.progress import Progress
from scripts.unpacked_packages import UnpackedPackages

PROGRAM = Path("usr/bin/baresip")
MODULES = Path("usr/lib/baresip/modules")
LIBRARIES = Path("usr/lib/*/libre.so.*")
BARESIP = UnpackedPackages(
    "baresip",
    "baresip",
    ("baresip-core",),
    (PROGRAM, MODULES, LIBRARIES),
    libraries=r"lib(re|rem|sndfile|spandsp|opus)\d.*",
)


def main() -> None:
    """The command line."""
    print(BARESIP.made(Progress()))


if __name__ == "__main__":
    run_main(main)
