"""Unpacks, or finds in the cache, the distribution's SoftHSM: a PKCS #11 token of software, for the tests.

python3 -m scripts.softhsm        prints the folder (made if it is missing)
"""

from __future__ import annotations

from pathlib import Path

from scripts.failure import run_main
from scripts.progress import Progress
from scripts.unpacked_packages import UnpackedPackages

MODULE = Path("usr/lib/softhsm/libsofthsm2.so")
UTILITY = Path("usr/bin/softhsm2-util")
SOFTHSM = UnpackedPackages("softhsm", "SoftHSM", ("softhsm2", "libsofthsm2"), (MODULE, UTILITY))


def main() -> None:
    """The command line."""
    print(SOFTHSM.made(Progress()))


if __name__ == "__main__":
    run_main(main)
