"""Installs what is missing of the distribution's packages, by apt-get, as root or through sudo.

python3 -m scripts.system_packages runtime      only what a finished installation loads, without compilers
python3 -m scripts.system_packages build        what builds the product
python3 -m scripts.system_packages test         and what tests it
"""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from scripts.cache import cache_root
from scripts.distribution import Distribution, this_distribution
from scripts.failure import SetupFailed, run_main
from scripts.progress import Progress, run_logged

_APT = ("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-o", "DPkg::Lock::Timeout=600")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("group", choices=("runtime", "build", "test"))
    group = parser.parse_args().group
    distribution = this_distribution()
    wanted = distribution.runtime if group == "runtime" else wanted_packages(distribution, tests=group == "test")
    install_missing(wanted, Progress())


def wanted_packages(distribution: Distribution, *, tests: bool, prefix: str = sys.base_prefix) -> tuple[str, ...]:
    """The packages for the product, and for its tests if `tests`.

    Venv and headers are asked for only where the running Python (installed under `prefix`) is the
    distribution's; any other brings its own.
    """
    python = f"python{sys.version_info.major}.{sys.version_info.minor}"
    own = distribution.python if prefix == "/usr" else ()
    packages = (*distribution.build, *(name.format(python=python) for name in own))
    return (*packages, *distribution.test) if tests else packages


def missing_packages(wanted: Sequence[str]) -> tuple[str, ...]:
    """The packages of `wanted` that dpkg does not have installed."""
    command = ["dpkg-query", "-W", "-f", "${binary:Package} ${db:Status-Status}\n", *wanted]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return not_installed(wanted, done.stdout.splitlines())


def not_installed(wanted: Sequence[str], lines: Iterable[str]) -> tuple[str, ...]:
    """The packages of `wanted` for which no line `package[:architecture] installed` is among `lines`."""
    installed = {line.split()[0].split(":")[0] for line in lines if line.split()[1:] == ["installed"]}
    return tuple(name for name in wanted if name not in installed)


def install_missing(wanted: Sequence[str], progress: Progress) -> None:
    """Install what is missing. Raises SetupFailed, with the list, if there is no right to do so."""
    missing = missing_packages(wanted)
    if not missing:
        return
    prefix = _right_to_install(missing)
    progress.note(f"Installing system packages: {' '.join(missing)}")
    log = cache_root() / "logs" / "system-packages.log"
    log.unlink(missing_ok=True)
    with progress.stage("Installing system packages"):
        run_logged([*prefix, *_APT, "update"], log)
        run_logged([*prefix, *_APT, "install", "--yes", "--no-install-recommends", *missing], log)


def _right_to_install(missing: Sequence[str]) -> list[str]:
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is not None:
        if subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0:
            return ["sudo", "-n"]
        if sys.stdin.isatty() and subprocess.run(["sudo", "-v"], check=False).returncode == 0:
            return ["sudo"]
    raise SetupFailed(refusal(missing))


def refusal(missing: Sequence[str]) -> str:
    """What to tell a user who may not install packages."""
    names = "\n".join(f"    {name}" for name in missing)
    command = shlex.join(["apt-get", "install", "--no-install-recommends", *missing])
    return (
        f"these system packages are missing, and neither root nor sudo is there to install them:\n{names}\n"
        f"Have an administrator run\n    {command}\nand start again in {Path.cwd()}."
    )


if __name__ == "__main__":
    run_main(main)
