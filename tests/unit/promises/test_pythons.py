"""The Pythons that setup takes are those that the package and the README tell."""

import re
from pathlib import Path

import pytest

from scripts.environment import NEWEST, OLDEST

pytestmark = pytest.mark.promise

CHECKOUT = Path(__file__).resolve().parents[3]
SETUP = (CHECKOUT / "setup.py").read_text()
PYTHONS = [f"{OLDEST[0]}.{minor}" for minor in range(OLDEST[1], NEWEST[1] + 1)]


def test_the_package_is_for_all_of_them_and_no_other() -> None:
    assert f'python_requires=">={PYTHONS[0]},<{NEWEST[0]}.{NEWEST[1] + 1}"' in SETUP
    assert re.findall(r'"Programming Language :: Python :: ([\d.]+)"', SETUP) == PYTHONS


def test_the_readme_and_the_makefile_name_the_oldest_and_the_newest() -> None:
    for page in ("README.md", "Makefile"):
        assert f"{PYTHONS[0]} to {PYTHONS[-1]}" in (CHECKOUT / page).read_text(), page
