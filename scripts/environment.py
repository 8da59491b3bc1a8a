"""The checkout's Python environment: `.venv` with the locked dependencies, pjsua2 and the project itself."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from scripts.cache import cache_root
from scripts.failure import SetupFailed
from scripts.progress import Progress, run_logged

OLDEST = (3, 11)
NEWEST = (3, 13)


def check_python(version: tuple[int, int]) -> None:
    """Raise SetupFailed unless `version` is one that the lock file covers."""
    if not OLDEST <= version <= NEWEST:
        given, oldest, newest = (".".join(map(str, numbers)) for numbers in (version, OLDEST, NEWEST))
        raise SetupFailed(
            f"this is Python {given}; telefoon needs {oldest} to {newest}. "
            f"Name another one: `make setup PYTHON=python{newest}`."
        )


@dataclass(frozen=True, slots=True)
class Environment:
    """The folder `.venv` of a checkout."""

    checkout: Path

    @property
    def python(self) -> Path:
        """The environment's interpreter."""
        return self.checkout / ".venv" / "bin" / "python"

    @property
    def command(self) -> Path:
        """The product's command."""
        return self.checkout / ".venv" / "bin" / "telefoon"

    def stamp(self) -> dict[str, str]:
        """What the last set-up that ended well was made from; empty without one."""
        try:
            content = json.loads(self._stamp_file.read_text())
        except (OSError, ValueError):
            return {}
        return {str(name): str(value) for name, value in content.items()} if isinstance(content, dict) else {}

    def write_stamp(self, facts: dict[str, str]) -> None:
        """Remember what this set-up was made from."""
        self._stamp_file.write_text(json.dumps(facts, indent=2))

    def forget_stamp(self) -> None:
        """Mark the environment as unfinished until the set-up has ended well."""
        self._stamp_file.unlink(missing_ok=True)

    def ensure(self, progress: Progress) -> None:
        """Make the environment for the running Python, unless it is there and works."""
        if self._works():
            return
        folder = self.checkout / ".venv"
        if folder.exists():
            shutil.rmtree(folder)
        with progress.stage("Making .venv"):
            run_logged([sys.executable, "-m", "venv", str(folder)], self._log("venv"))

    def install_locked(self, lock: Path, progress: Progress) -> None:
        """Install exactly what `lock` names, each file checked by its hash."""
        with progress.stage(f"Installing Python packages ({lock.name})"):
            self._pip("--require-hashes", "--requirement", str(lock))

    def install_beside(self, lock: Path, progress: Progress) -> None:
        """Install what `lock` names to what is there already, each file checked by its hash."""
        with progress.stage(f"Installing Python packages ({lock.name})"):
            self._pip("--no-deps", "--require-hashes", "--requirement", str(lock))

    def install_wheel(self, wheel: Path) -> None:
        """Install a wheel made here."""
        self._pip("--no-deps", "--force-reinstall", str(wheel))

    def install_project(self, progress: Progress) -> None:
        """Install the checkout itself, so that edits count at once and the command `telefoon` is there."""
        with progress.stage("Installing telefoon"):
            options = ("--no-deps", "--no-build-isolation", "--config-settings", "editable_mode=compat")
            self._pip(*options, "--editable", str(self.checkout))

    @property
    def _stamp_file(self) -> Path:
        return self.checkout / ".venv" / "telefoon-setup.json"

    def _works(self) -> bool:
        wanted = f"{sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro} {sys.base_prefix}"
        question = "import pip, platform, sys; print(platform.python_version(), sys.base_prefix)"
        try:
            answer = subprocess.run([self.python, "-c", question], capture_output=True, text=True, check=False).stdout
        except OSError:
            return False
        return answer.strip() == wanted

    def _pip(self, *arguments: str) -> None:
        command = [str(self.python), "-m", "pip", "install", "--disable-pip-version-check", *arguments]
        run_logged(command, self._log("pip"))

    def _log(self, name: str) -> Path:
        return cache_root() / "logs" / f"{name}.log"
