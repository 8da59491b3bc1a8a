"""Unpacks, or finds in the cache, the distribution's HAProxy: a balancer of HTTP, for the cluster of `make cluster`.

python3 -m scripts.haproxy         prints the folder (made if it is missing)
"""

from __future__ import annotations

from pathlib import Path

from scripts.failure import run_main
from scripts.progress import Progress
from scripts.unpacked_packages import UnpackedPackages

PROGRAM = Path("usr/sbin/haproxy")
LIBRARIES = Path("usr/lib/*/liblua5.*.so.0")
HAPROXY = UnpackedPackages(
    "haproxy", "HAProxy", ("haproxy",), (PROGRAM, LIBRARIES), libraries=r"lib(lua5|opentracing)[\w.+-]+"
)


def main() -> None:
    """The command line."""
    print(HAPROXY.made(Progress()))


if __name__ == "__main__":
    run_main(main)
