"""Which system packages are asked for, and what is said when they cannot be installed."""

from __future__ import annotations

import sys

from scripts.distribution import this_distribution
from scripts.system_packages import not_installed, refusal, wanted_packages

BOOKWORM = this_distribution({"ID": "debian", "VERSION_ID": "12"})
PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"


def test_the_distributions_python_needs_its_headers_and_venv() -> None:
    packages = wanted_packages(BOOKWORM, tests=False, prefix="/usr")

    assert {f"{PYTHON}-venv", f"{PYTHON}-dev"} <= set(packages)


def test_any_other_python_brings_its_own() -> None:
    assert wanted_packages(BOOKWORM, tests=False, prefix="/opt/python") == BOOKWORM.build


def test_the_tests_need_more() -> None:
    assert "debootstrap" not in wanted_packages(BOOKWORM, tests=False)
    assert "debootstrap" in wanted_packages(BOOKWORM, tests=True)


def test_a_package_counts_only_when_it_is_installed() -> None:
    lines = ["swig installed", "libssl-dev:amd64 installed", "debootstrap config-files", "broken"]

    missing = not_installed(["swig", "libssl-dev", "debootstrap", "sip-tester"], lines)

    assert missing == ("debootstrap", "sip-tester")


def test_who_may_not_install_is_given_the_list_and_the_command() -> None:
    text = refusal(["swig", "libssl-dev"])

    assert "    swig\n    libssl-dev\n" in text
    assert "apt-get install --no-install-recommends swig libssl-dev" in text
