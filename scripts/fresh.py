"""Tries README's two commands in a fresh root of a named Debian release, as somebody on a new machine would.

python3 -m scripts.fresh --release trixie                   `make run` to its finished call, then `make test`
python3 -m scripts.fresh --release bookworm --only run      the first alone
python3 -m scripts.fresh --release trixie --tests tests/unit/engine

It needs root. What is committed is tried, not what lies about. Nothing stays: the root is removed, and what was
started in it ends with it, for it has its own processes and mounts.
"""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scripts.archive import archive_uri, proxy_environment
from scripts.cache import cache_root
from scripts.distribution import Distribution, all_distributions, this_distribution
from scripts.failure import SetupFailed, run_main
from scripts.fresh_network import PASSED_ON, give_network, pip_folders
from scripts.progress import Progress, run_logged

CHECKOUT = Path(__file__).resolve().parents[1]
README_NEEDS = ("python3", "python3-venv", "git", "make")
"""What README asks for; the set-up installs the rest."""
_WITH_CERTIFICATES = ("ca-certificates",)
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_INSIDE = "root/telefoon"
_FINISHED = "Press Ctrl-C to stop."
"""The demonstration says so once its call has ended."""
_RUN_WITHIN_S = 1800
_TEST_WITHIN_S = 5400


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one of README's commands went."""

    command: str
    passed: bool
    seconds: float

    def __str__(self) -> str:
        return f"{'passed' if self.passed else 'FAILED'}  {self.command:<10} {self.seconds:.0f} s"


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--release", required=True, help="the release's name, such as bookworm or trixie")
    parser.add_argument("--only", choices=["run", "test"], help="one of the two commands")
    parser.add_argument("--tests", default="", help="which tests, as in make test TESTS=…")
    parser.add_argument("--keep", action="store_true", help="leave the root in place, and say where it is")
    chosen = parser.parse_args()
    wanted = [chosen.only] if chosen.only else ["run", "test"]
    outcomes = try_out(release_named(chosen.release), wanted, chosen.tests, keep=chosen.keep, progress=Progress())
    for outcome in outcomes:
        print(outcome)
    if not all(outcome.passed for outcome in outcomes):
        raise SystemExit(1)


def release_named(codename: str) -> Distribution:
    """The release of this machine's distribution. Raises SetupFailed, naming those there are."""
    origin = this_distribution().origin
    rows = [row for row in all_distributions() if row.origin == origin]
    for row in rows:
        if row.codename == codename:
            return row
    known = ", ".join(row.codename for row in rows)
    raise SetupFailed(f"{codename} is no release of {origin} that telefoon knows. Choose one of these: {known}.")


def try_out(release: Distribution, wanted: list[str], tests: str, *, keep: bool, progress: Progress) -> list[Outcome]:
    """Make the root, put a clone of the checkout's HEAD there, and run the commands."""
    if os.geteuid() != 0:
        raise SetupFailed("a fresh root is made and entered as root. Run it as root.")
    log = cache_root() / "logs" / f"fresh-{release.codename}.log"
    log.unlink(missing_ok=True)
    with fresh_root(release, log, keep=keep, progress=progress) as root:
        with progress.stage("Cloning what is committed"):
            run_logged(["git", "clone", "--quiet", str(CHECKOUT), str(root / _INSIDE)], log)
        outcomes = []
        for name in wanted:
            with progress.stage(f"make {name} in a fresh {release} (log: {log})"):
                outcomes.append(make_run(root, log) if name == "run" else make_test(root, log, tests))
        return outcomes


@contextmanager
def fresh_root(release: Distribution, log: Path, *, keep: bool, progress: Progress) -> Iterator[Path]:
    """A root of the release with what README asks for, and this machine's way to the package archives."""
    folder = Path(tempfile.mkdtemp(prefix=f"telefoon-{release.codename}-", dir="/var/tmp"))
    packages = ",".join((*README_NEEDS, *_WITH_CERTIFICATES))
    uri = archive_uri(this_distribution())
    command = ["debootstrap", "--variant=minbase", f"--include={packages}", f"--keyring={release.keyring}"]
    try:
        with progress.stage(f"Making a fresh {release}"):
            environment = {**os.environ, **proxy_environment(), "DEBIAN_FRONTEND": "noninteractive"}
            run_logged([*command, release.codename, str(folder), uri], log, env=environment)
            give_network(folder, release, uri)
        yield folder
    finally:
        if keep:
            progress.note(f"The root stays in {folder}.")
        else:
            shutil.rmtree(folder)


def make_run(root: Path, log: Path) -> Outcome:
    """`make run` until the demonstration's call is finished; then it is ended."""
    started = time.monotonic()
    with (
        log.open("ab") as sink,
        subprocess.Popen(
            _entering(root, "make run"), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL
        ) as running,
    ):
        assert running.stdout is not None, "a pipe was asked for"
        finished = False
        for line in running.stdout:
            sink.write(line)
            sink.flush()
            if _FINISHED in line.decode(errors="replace"):
                finished = True
                break
            if time.monotonic() - started > _RUN_WITHIN_S:
                break
        # All that runs in the root ends with its first process.
        running.kill()
    return Outcome("make run", finished, time.monotonic() - started)


def make_test(root: Path, log: Path, tests: str) -> Outcome:
    """`make test` to its end."""
    started = time.monotonic()
    command = f"make test TESTS={shlex.quote(tests)}" if tests else "make test"
    with log.open("ab") as sink:
        try:
            code = subprocess.run(
                _entering(root, command), stdout=sink, stderr=sink, stdin=subprocess.DEVNULL, check=False,
                timeout=_TEST_WITHIN_S,
            ).returncode  # fmt: skip
        except subprocess.TimeoutExpired:
            code = None
    return Outcome("make test", code == 0, time.monotonic() - started)


def _entering(root: Path, command: str) -> list[str]:
    """The command in the root, with processes and mounts that go when it ends."""
    binds = [f"mkdir -p {root}{each} && mount --bind -o ro {each} {root}{each}" for each in pip_folders()]
    mounts = [
        "mount --make-rprivate /",
        f"mount -t proc proc {root}/proc",
        f"mount --rbind /sys {root}/sys",
        f"mount --rbind /dev {root}/dev",
        *binds,
    ]
    passed_on = [f"{name}={value}" for name, value in os.environ.items() if PASSED_ON.match(name)]
    proxies = [f"{name}={value}" for name, value in proxy_environment().items()]
    inside = ["env", "-i", "HOME=/root", f"PATH={_PATH}", "LANG=C.UTF-8", "DEBIAN_FRONTEND=noninteractive"]
    entering = shlex.join(
        ["chroot", str(root), *inside, *passed_on, *proxies, "sh", "-c", f"cd /{_INSIDE} && {command}"]
    )
    return [
        "unshare",
        "--mount",
        "--pid",
        "--fork",
        "--kill-child",
        "sh",
        "-c",
        " && ".join([*mounts, f"exec {entering}"]),
    ]


if __name__ == "__main__":
    if sys.platform != "linux":
        raise SystemExit("telefoon: this needs Linux.")
    run_main(main)
