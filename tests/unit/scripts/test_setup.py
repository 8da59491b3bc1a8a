"""A set-up does nothing when nothing changed, and something when anything did."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts import setup
from scripts.environment import Environment
from scripts.failure import SetupFailed
from scripts.progress import Progress
from scripts.setup import covers, facts, set_up


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


def test_a_change_of_our_own_cpp_renews_pjsua2_alone(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment, installed = Environment(checkout), list[Path]()
    environment.command.parent.mkdir(parents=True)
    environment.command.touch()
    environment.write_stamp({**facts(checkout, "", tests=True), "pjsua2": "another build"})
    monkeypatch.setattr(setup, "pjsua2_wheel", lambda *_: Path("pjsua2.whl"))
    monkeypatch.setattr(Environment, "install_wheel", lambda _, wheel: installed.append(wheel))

    set_up(checkout, Progress(), tests=False)

    assert installed == [Path("pjsua2.whl")]
    assert environment.stamp() == facts(checkout, "", tests=True)


def test_where_the_wheel_can_t_be_built_the_next_set_up_tries_again(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = Environment(checkout)
    environment.command.parent.mkdir(parents=True)
    environment.command.touch()
    before = {**facts(checkout, "", tests=True), "pjsua2": "another build"}
    environment.write_stamp(before)

    def fail(*_: object) -> Path:
        raise SetupFailed("a mistake in our own C++")

    monkeypatch.setattr(setup, "pjsua2_wheel", fail)

    with pytest.raises(SetupFailed):
        set_up(checkout, Progress(), tests=False)

    assert environment.stamp() == before
