"""Writes requirements-EXTRA.lock for each extra of setup.py: what it needs beside requirements.lock, with hashes.

python3 -m scripts.lock_extras [flags of uv pip compile]        run by `make lock`
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from scripts.failure import SetupFailed, run_main

CHECKOUT = Path(__file__).resolve().parents[1]
EXTRAS = ("piper", "pkcs11", "report", "speech")
_UV = CHECKOUT / ".venv" / "bin" / "uv"
_FLAGS = (
    "--universal",
    "--python-version",
    "3.11",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-header",
    "--quiet",
)
_NAME = re.compile(r"[A-Za-z0-9._-]+")


def main() -> None:
    """The command line."""
    for extra in EXTRAS:
        lock_of(extra).write_text(beside(_compiled(extra, sys.argv[1:]), (CHECKOUT / "requirements.lock").read_text()))


def lock_of(extra: str) -> Path:
    """Where an extra's packages are listed."""
    return CHECKOUT / f"requirements-{extra}.lock"


def beside(all_of_it: str, base: str) -> str:
    """The entries of a lock file whose packages another one lacks."""
    known = {_name(entry) for entry in entries(base)}
    return "".join(entry for entry in entries(all_of_it) if _name(entry) not in known)


def entries(lock: str) -> list[str]:
    """The packages of a lock file, each with its hashes and its comments."""
    found: list[str] = []
    for line in lock.splitlines(keepends=True):
        if _NAME.match(line):
            found.append(line)
        elif found:
            found[-1] += line
    return found


def _name(entry: str) -> str:
    found = _NAME.match(entry)
    return found.group().lower() if found else ""


def _compiled(extra: str, flags: list[str]) -> str:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "lock"
        wanted = ["--extra", extra, "--constraint", "requirements.lock", "--output-file", str(out)]
        command = [str(_UV), "pip", "compile", "setup.py", *_FLAGS, *flags, *wanted]
        done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SetupFailed(f"the packages of {extra} can't be locked: {done.stderr.strip()}")
        return out.read_text()


if __name__ == "__main__":
    run_main(main)
