"""Unpacks, or finds in the cache, the distribution's Kamailio: a SIP registrar and proxy, for the tests.

python3 -m scripts.kamailio        prints the folder (made if it is missing)
"""

from __future__ import annotations

from pathlib import Path

from scripts.failure import run_main
from scripts.progress import Progress
from scripts.unpacked_packages import UnpackedPackages

PROGRAM = Path("usr/sbin/kamailio")
MODULES = Path("usr/lib/*/kamailio/modules")
KAMAILIO = UnpackedPackages("kamailio", "Kamailio", ("kamailio", "kamailio-tls-modules"), (PROGRAM, MODULES))


def main() -> None:
    """The command line."""
    print(KAMAILIO.made(Progress()))


if __name__ == "__main__":
    run_main(main)
