"""Unpacks, or finds in the cache, the distribution's PgBouncer: lends connections to PostgreSQL, for the tests.

python3 -m scripts.pgbouncer        prints the folder (made if it is missing)
"""

from __future__ import annotations

from pathlib import Path

from scripts.failure import run_main
from scripts.progress import Progress
from scripts.unpacked_packages import UnpackedPackages

PROGRAM = Path("usr/sbin/pgbouncer")
LIBRARIES = Path("usr/lib/*/libevent*.so.*")
PGBOUNCER = UnpackedPackages(
    "pgbouncer", "PgBouncer", ("pgbouncer",), (PROGRAM, LIBRARIES), libraries=r"lib(c-?ares|event).*"
)


def main() -> None:
    """The command line."""
    print(PGBOUNCER.made(Progress()))


if __name__ == "__main__":
    run_main(main)
