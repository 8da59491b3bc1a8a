"""Kits that others build their voice agents with, each in a virtual environment of the cache, for the tests.

    python3 -m scripts.agent_kits       prints the folders (made if they are missing)

They are not in `.venv`: what they need would fight with what the product needs, and is as large as all of it.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from scripts.cache import built_whole, cache_root, key_of, locked
from scripts.failure import run_main
from scripts.progress import Progress, run_logged

NAMED = Path(__file__).resolve().parents[1] / "tests" / "product" / "agent_kits"


@dataclass(frozen=True, slots=True)
class AgentKit:
    """A kit by the name of its lock file; `title` is what people call it."""

    name: str
    title: str

    @property
    def lock(self) -> Path:
        """Its packages, with their hashes (from the .in file beside it, by `uv pip compile`)."""
        return NAMED / f"{self.name}.lock"

    def python(self, progress: Progress) -> Path:
        """An interpreter that has it, from the cache or made. Raises SetupFailed if packages can't be had."""
        root = cache_root()
        folder = root / "agent-kits" / f"{self.name}-{key_of(sys.version, self.lock.read_text())}"
        with locked(f"agent-kit-{self.name}", root):
            if not folder.is_dir():
                with progress.stage(f"Installing {self.title}"), built_whole(folder) as work:
                    self._install(work, root / "logs" / f"{folder.name}.log")
        return folder / "bin" / "python"

    def _install(self, work: Path, log: Path) -> None:
        log.unlink(missing_ok=True)
        run_logged([sys.executable, "-m", "venv", str(work)], log)
        pip = [str(work / "bin" / "python"), "-m", "pip", "install", "--quiet", "--require-hashes"]
        run_logged([*pip, "--requirement", str(self.lock)], log)


AGENT_CONNECT = AgentKit("agent-connect", "twilio-agent-connect and streamdouble")
PIPECAT = AgentKit("pipecat", "pipecat-ai")


def main() -> None:
    """The command line."""
    for each in (AGENT_CONNECT, PIPECAT):
        print(each.python(Progress()))


if __name__ == "__main__":
    run_main(main)
