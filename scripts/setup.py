"""Installs everything that Telefoon needs, and does nothing when nothing changed.

python3 -m scripts.setup            leaves .venv/bin/telefoon working
python3 -m scripts.setup --tests    and what the tests and the linters need

EXTRAS="speech piper" in the environment adds those extras of setup.py.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from scripts import pjsua2_recipe
from scripts.build_pjsua2 import pjsua2_wheel
from scripts.cache import file_digest, key_of
from scripts.distribution import this_distribution
from scripts.environment import Environment, check_python
from scripts.failure import SetupFailed, run_main
from scripts.lock_extras import EXTRAS, lock_of
from scripts.pjproject_source import VARIABLE, own_source
from scripts.progress import Progress
from scripts.system_packages import install_missing, wanted_packages

CHECKOUT = Path(__file__).resolve().parents[1]
_MORE = ("test packages", "extras")
_PJSUA2 = "pjsua2"
_LOCKS = {False: "requirements.lock", True: "requirements-test.lock"}


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--tests", action="store_true", help="install what the tests and the linters need as well")
    set_up(CHECKOUT, Progress(), tests=parser.parse_args().tests)


def set_up(checkout: Path, progress: Progress, *, tests: bool) -> None:
    """Bring the machine and the checkout to the wanted state."""
    check_python(sys.version_info[:2])
    environment = Environment(checkout)
    given = os.environ.get(VARIABLE, "")
    wanted = facts(checkout, given, tests=tests)
    stamp = environment.stamp() if environment.command.exists() else {}
    if covers(stamp, wanted):
        return
    if covers(renewed := {**stamp, _PJSUA2: wanted[_PJSUA2]}, wanted):
        wheel = pjsua2_wheel(given, progress)
        environment.forget_stamp()
        environment.install_wheel(wheel)
        environment.write_stamp(renewed)
    else:
        _install_all(environment, given, progress, tests=tests)
        environment.write_stamp(wanted)


def _install_all(environment: Environment, given: str, progress: Progress, *, tests: bool) -> None:
    install_missing(wanted_packages(this_distribution(), tests=tests), progress)
    chosen = chosen_extras(os.environ.get("EXTRAS", ""))
    wheel = pjsua2_wheel(given, progress)
    environment.ensure(progress)
    environment.forget_stamp()
    environment.install_locked(environment.checkout / _LOCKS[tests], progress)
    for extra in chosen:
        environment.install_beside(lock_of(extra), progress)
    environment.install_wheel(wheel)
    environment.install_project(progress)


def chosen_extras(words: str) -> tuple[str, ...]:
    """The extras that are named, in the order of the table. Raises SetupFailed for one that there is not."""
    named = set(words.replace(",", " ").split())
    if unknown := sorted(named - set(EXTRAS)):
        raise SetupFailed(f"there is no extra {', '.join(unknown)}; there are {', '.join(EXTRAS)}.")
    return tuple(extra for extra in EXTRAS if extra in named)


def facts(checkout: Path, given: str, *, tests: bool) -> dict[str, str]:
    """What a set-up is made from: when all of it is as before, there is nothing to do."""
    chosen = chosen_extras(os.environ.get("EXTRAS", ""))
    return {
        "python": f"{sys.version} {sys.base_prefix}",
        "packages": file_digest(checkout / _LOCKS[False]),
        "extras": key_of(*(lock_of(extra).read_text() for extra in chosen)) if chosen else "",
        "test packages": file_digest(checkout / _LOCKS[True]) if tests else "",
        "project": file_digest(checkout / "setup.py"),
        "system": file_digest(checkout / "scripts" / "distributions.toml"),
        _PJSUA2: key_of(pjsua2_recipe.recipe_text(), own_source(given).digest if given else ""),
        "checkout": str(checkout),
    }


def covers(stamp: dict[str, str], wanted: dict[str, str]) -> bool:
    """Whether the set-up that left `stamp` gave all that is `wanted`, and may have given more: the tests', extras."""
    return all(stamp.get(name) == value for name, value in wanted.items() if value or name not in _MORE)


if __name__ == "__main__":
    run_main(main)
