"""A set-up does nothing when nothing changed, and something when anything did."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.setup import covers, facts


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "scripts").mkdir()
    for name in ("requirements.lock", "requirements-test.lock", "setup.py", "scripts/distributions.toml"):
        (tmp_path / name).write_text(name)
    return tmp_path


def test_the_same_facts_are_covered(checkout: Path) -> None:
    assert covers(facts(checkout, "", tests=False), facts(checkout, "", tests=False))


def test_nothing_is_covered_without_a_stamp(checkout: Path) -> None:
    assert not covers({}, facts(checkout, "", tests=False))


def test_the_tests_set_up_covers_the_products_but_not_the_other_way_round(checkout: Path) -> None:
    product, tests = facts(checkout, "", tests=False), facts(checkout, "", tests=True)

    assert covers(tests, product)
    assert not covers(product, tests)


@pytest.mark.parametrize("changed", ["requirements.lock", "setup.py", "scripts/distributions.toml"])
def test_a_changed_file_calls_for_a_new_set_up(checkout: Path, changed: str) -> None:
    before = facts(checkout, "", tests=False)
    (checkout / changed).write_text("changed")

    assert not covers(before, facts(checkout, "", tests=False))
