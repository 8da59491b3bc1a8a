"""Tries README's two commands in a fresh root of a Debian release.

    python3 -m scripts.fresh trixie               `make run` and `make test`
    python3 -m scripts.fresh trixie --only run    one of the two
    python3 -m scripts.fresh trixie --keep        leaves the root in the cache

TESTS in the environment chooses tests, as with `make test`. It tries HEAD as it is committed, and needs root.
"""

from __future__ import annotations

import argparse
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.cache import cache_root
from scripts.distribution import Distribution, all_distributions, this_distribution
from scripts.failure import SetupFailed, run_main
from scripts.fresh_root import FreshRoot, children
from scripts.progress import Progress, run_logged

CHECKOUT = Path(__file__).resolve().parents[1]
_BUNDLE = "telefoon.bundle"
_SERVES = "Press Ctrl-C to stop."
_DEADLINE_S = 3600.0

#: Everything below ends, and its mounts go, when its first process ends; that one ends when its parent does.
_ALONE = ("setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")
#: A shell as the first process: it waits for those whose parents have gone.
_FIRST = ("sh", "-c", '"$@"; exit $?', "sh")


@dataclass(frozen=True, slots=True)
class Commands:
    """The commands that README has its reader type: how the checkout comes, then the two commands in it."""

    clone: str
    enter: str
    run: str
    test: str


@dataclass(frozen=True, slots=True)
class Trial:
    """One of README's commands; one that goes on for ever is ended when it says `until`."""

    name: str
    command: str
    until: str = ""

    def outcome(self, root: FreshRoot, enter: str, log: Path, progress: Progress) -> tuple[bool, str]:
        """Run it in `root`; whether it passed, and a line that says so."""
        script = f"{enter}\nexec {self.command}"
        log.unlink(missing_ok=True)
        started = time.monotonic()
        try:
            with progress.stage(f"{self.command} (log: {log})"):
                root.run_until(script, self.until, log, _DEADLINE_S) if self.until else root.run(script, log)
            passed = True
        except SetupFailed as failure:
            progress.note(str(failure))
            passed = False
        return passed, f"{self.command}: {'passed' if passed else 'failed'} in {time.monotonic() - started:.0f} s"


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("release", help="the codename of a release, such as trixie")
    parser.add_argument("--only", choices=("run", "test"), help="try one of the two commands")
    parser.add_argument("--keep", action="store_true", help="leave the root where it is")
    parser.add_argument("--inside", metavar="FOLDER", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.inside:
        _try(chosen.release, chosen.only, chosen.inside, Progress())
    else:
        raise SystemExit(_try_alone(chosen.release, sys.argv[1:], keep=chosen.keep))


def readme_commands(readme: str) -> Commands:
    """Read the commands out of README's text. Raises SetupFailed if they are not where they are looked for."""
    typed = commands_under(readme, "Try it")
    tests = [command for command in commands_under(readme, "Work on it") if command == "make test"]
    if len(typed) != 3 or not typed[0].startswith("git clone <this repository> ") or not tests:
        raise SetupFailed("README has not three commands under `Try it` and `make test` under `Work on it`.")
    return Commands(typed[0], typed[1], typed[2], tests[0])


def commands_under(readme: str, heading: str) -> list[str]:
    """The indented lines under a heading, each without the explanation that follows it."""
    _, _, after = f"\n{readme}".partition(f"\n## {heading}\n")
    section = re.split(r"^## ", after, maxsplit=1, flags=re.MULTILINE)[0]
    lines = [line.strip() for line in section.splitlines() if line.startswith("    ") and line.strip()]
    return [re.split(r"\s{2,}", line)[0] for line in lines]


def with_tests(command: str, tests: str) -> str:
    """`make test` with those tests chosen that `tests` says, if it says any."""
    return f"{command} {shlex.quote(f'TESTS={tests}')}" if tests else command


def check_release(codename: str, here: Distribution) -> None:
    """Raise SetupFailed unless this machine's archive has the release `codename` and README promises it."""
    known = [row.codename for row in all_distributions() if row.origin == here.origin]
    if codename not in known:
        raise SetupFailed(
            f"{codename!r} can't be tried here: from the archive of {here.origin}, whose packages this machine takes, "
            f"README promises {' and '.join(known)}."
        )


def _try_alone(release: str, arguments: Sequence[str], *, keep: bool) -> int:
    """Run this script again, in namespaces of its own; the exit code. The folder is gone afterwards."""
    if os.geteuid() != 0:
        raise SetupFailed("a fresh root is made and entered as root: run `make fresh` as root.")
    check_release(release, this_distribution())
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    place = cache_root() / "fresh"
    place.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{release}-", dir=place))
    folder.chmod(0o755)
    command = [*_ALONE, *_FIRST, sys.executable, "-m", "scripts.fresh", *arguments, "--inside", str(folder)]
    process = subprocess.Popen(command, cwd=CHECKOUT)
    try:
        return process.wait()
    finally:
        # The first process of the namespace takes all others with it; then its parent ends of its own accord.
        for child in children(process.pid):
            os.kill(child, signal.SIGKILL)
        process.wait()
        if keep:
            print(f"The root is left in {folder}", file=sys.stderr)
        else:
            shutil.rmtree(folder)


def _try(release: str, only: str | None, folder: Path, progress: Progress) -> None:
    """Make the root in `folder` and run the commands in it; exit with code 1 if one of them fails."""
    logs = cache_root() / "logs"
    log = logs / f"fresh-{release}.log"
    log.unlink(missing_ok=True)
    readme = readme_commands(_git("show", "HEAD:README.md"))
    if _git("status", "--porcelain"):
        progress.note("What is not committed is left out: HEAD is tried.")
    with progress.stage(f"Making a fresh root of {release} (log: {log})"):
        root = FreshRoot.make(this_distribution(), release, folder, log)
    with progress.stage("Cloning HEAD into it"):
        run_logged(["git", "bundle", "create", "--quiet", str(folder / "root" / _BUNDLE), "HEAD"], log, cwd=CHECKOUT)
        root.run(readme.clone.replace("<this repository>", _BUNDLE), log)
    test = with_tests(readme.test, os.environ.get("TESTS", ""))
    trials = [Trial("run", readme.run, until=_SERVES), Trial("test", test)]
    outcomes = [
        trial.outcome(root, readme.enter, logs / f"fresh-{release}-{trial.name}.log", progress)
        for trial in trials
        if only in (None, trial.name)
    ]
    print(*(f"{release}: {text}" for _, text in outcomes), sep="\n")
    if not all(passed for passed, _ in outcomes):
        raise SystemExit(1)


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SetupFailed(f"git {' '.join(arguments)} failed: {done.stderr.strip()}")
    return done.stdout


if __name__ == "__main__":
    run_main(main)
