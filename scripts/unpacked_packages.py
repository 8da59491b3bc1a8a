"""Unpacks packages of the distribution into a folder of the cache: nothing is installed, and no right is needed."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from scripts.archive import proxy_environment
from scripts.cache import built_whole, cache_root, key_of, locked
from scripts.distribution import Distribution, this_distribution
from scripts.failure import SetupFailed
from scripts.progress import Progress, run_logged

_LAYOUT = "1"
_NO_DEPENDENCIES = ("recommends", "suggests", "conflicts", "breaks", "replaces", "enhances")
_ANSWER_S = 60
# Every machine that runs Python has these, and what is unpacked must not mix its own with them.
_OF_EVERY_MACHINE = re.compile(r"libc6|libgcc-s1|gcc-\d+-base|libstdc\+\+6")


@dataclass(frozen=True)
class UnpackedPackages:
    """A program of some packages; `title` is what a person calls it, `parts` are files that it must have."""

    name: str
    title: str
    packages: tuple[str, ...]
    parts: tuple[Path, ...]
    libraries: str = ""
    """A pattern of names: of what the first package depends on, this comes along, with all that it depends on."""

    def made(self, progress: Progress) -> Path:
        """The folder, filled if the cache lacks it. Raises SetupFailed if the archive does not give them."""
        root = cache_root()
        folder = self.folder(root, this_distribution())
        with locked(self.name, root):
            if not folder.is_dir():
                with progress.stage(f"Unpacking the tests' {self.title}"), built_whole(folder) as work:
                    self._unpack(work, root / "logs" / f"{folder.name}.log")
        return folder

    def folder(self, root: Path, distribution: Distribution) -> Path:
        """The folder of the cache `root` in which it lies."""
        return root / self.name / f"{distribution.codename}-{key_of(_LAYOUT, distribution.origin, *self._told)}"

    @property
    def _told(self) -> tuple[str, ...]:
        return (*self.packages, *([self.libraries] if self.libraries else []))

    def _unpack(self, work: Path, log: Path) -> None:
        log.unlink(missing_ok=True)
        self._download(work, log)
        for package in sorted(work.glob("*.deb")):
            run_logged(["dpkg-deb", "--extract", str(package), str(work)], log)
            package.unlink()
        missing = [str(part) for part in self.parts if not any(work.glob(str(part)))]
        if missing:
            raise SetupFailed(f"the packages {' and '.join(self.packages)} do not hold {' and '.join(missing)}.")

    def _download(self, work: Path, log: Path) -> None:
        environment = {**os.environ, **proxy_environment()}
        command = ["apt-get", "-q", "-o", "Acquire::Retries=3", "-o", "APT::Sandbox::User=root", "download"]
        try:
            run_logged([*command, *self.packages, *self._depended_on()], log, cwd=work, env=environment)
        except SetupFailed:
            if os.geteuid() != 0:
                raise
            # Its lists are missing, or older than the archive.
            run_logged(["apt-get", "-q", "update"], log, env=environment)
            run_logged([*command, *self.packages, *self._depended_on()], log, cwd=work, env=environment)

    def _depended_on(self) -> list[str]:
        """The packages of the libraries, whose names differ from one distribution to the next."""
        if not self.libraries:
            return []
        direct = [each for each in _dependencies([self.packages[0]]) if re.fullmatch(self.libraries, each)]
        every = _dependencies(direct, "--recurse") if direct else []
        return [each for each in dict.fromkeys([*direct, *every]) if not _OF_EVERY_MACHINE.fullmatch(each)]


def _dependencies(packages: list[str], *options: str) -> list[str]:
    """The names of what the packages can't do without, by the archive's lists; none if the lists lack them."""
    command = ["apt-cache", "depends", *(f"--no-{each}" for each in _NO_DEPENDENCIES), *options, *packages]
    told = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_ANSWER_S).stdout
    return re.findall(r"^ *\|?Depends: ([a-z0-9][a-z0-9.+-]*)$", told, re.MULTILINE)
