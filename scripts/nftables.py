"""Unpacks, or finds in the cache, the distribution's nft: it tells the kernel which packets to drop, for the tests.

python3 -m scripts.nftables        prints the folder (made if it is missing)
"""

from __future__ import annotations

from pathlib import Path

from scripts.failure import run_main
from scripts.progress import Progress
from scripts.unpacked_packages import UnpackedPackages

PROGRAM = Path("usr/sbin/nft")
LIBRARIES = Path("usr/lib/*/libnftables.so.1")
NFTABLES = UnpackedPackages("nftables", "nft", ("nftables",), (PROGRAM, LIBRARIES), libraries=r"lib(nftables|edit)\d.*")


def main() -> None:
    """The command line."""
    print(NFTABLES.made(Progress()))


if __name__ == "__main__":
    run_main(main)
