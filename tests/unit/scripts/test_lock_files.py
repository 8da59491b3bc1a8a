"""The lock files: everything with a hash, nothing tied to one package index or another system."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.promise

CHECKOUT = Path(__file__).resolve().parents[3]
PINNED = re.compile(r"^([a-z0-9-]+)==(\S+)", re.MULTILINE)


@pytest.fixture(params=["requirements.lock", "requirements-test.lock"])
def lock(request: pytest.FixtureRequest) -> str:
    return (CHECKOUT / str(request.param)).read_text()


def test_no_lock_file_names_a_host(lock: str) -> None:
    assert "://" not in lock
    assert "--index-url" not in lock


def test_every_package_has_hashes(lock: str) -> None:
    blocks = re.split(r"^(?=[a-z0-9-]+==)", lock, flags=re.MULTILINE)[1:]

    assert blocks
    assert [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_the_lock_is_for_linux_alone(lock: str) -> None:
    assert "platform_release" not in lock  # older pip releases stumble over kernel names in such a marker


def test_the_tests_run_on_what_the_product_is_installed_with() -> None:
    product = set(PINNED.findall((CHECKOUT / "requirements.lock").read_text()))
    tests = set(PINNED.findall((CHECKOUT / "requirements-test.lock").read_text()))

    assert product <= tests
