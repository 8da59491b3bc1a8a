"""Unpacks, or finds in the cache, programs that look for SIP nodes to abuse: SIPVicious and sipsak, for the tests.

python3 -m scripts.scanners         prints their folders (made if they are missing)
"""

from __future__ import annotations

from pathlib import Path

from scripts.failure import run_main
from scripts.progress import Progress
from scripts.unpacked_packages import UnpackedPackages

SVMAP = Path("usr/**/sipvicious/svmap.py")
"""Its folder's folder is where Python finds the package."""
SIPVICIOUS = UnpackedPackages("sipvicious", "SIPVicious", ("sipvicious",), (SVMAP,))

PROGRAM = Path("usr/bin/sipsak")
LIBRARIES = Path("usr/lib/*/libcares.so.*")
SIPSAK = UnpackedPackages("sipsak", "sipsak", ("sipsak",), (PROGRAM, LIBRARIES), libraries=r"lib(c-?ares|gnutls)\d.*")


def main() -> None:
    """The command line."""
    for each in (SIPVICIOUS, SIPSAK):
        print(each.made(Progress()))


if __name__ == "__main__":
    run_main(main)
