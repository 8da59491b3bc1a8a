"""The cache: where it is, what its keys depend on, and that it never holds half a thing."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.cache import built_whole, cache_root, file_digest, key_of, locked


def test_the_cache_follows_xdg() -> None:
    assert cache_root({"XDG_CACHE_HOME": "/some/where"}) == Path("/some/where/telefoon")


@pytest.mark.parametrize("value", ["", "relative/folder"])
def test_without_a_usable_xdg_folder_the_home_folder_is_used(value: str) -> None:
    assert cache_root({"XDG_CACHE_HOME": value}) == Path.home() / ".cache" / "telefoon"


@given(st.lists(st.text(), min_size=1), st.lists(st.text(), min_size=1))
def test_different_parts_give_different_keys(left: list[str], right: list[str]) -> None:
    assert (key_of(*left) == key_of(*right)) == (left == right)


def test_a_file_is_known_by_its_content(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("same")
    (tmp_path / "b").write_text("same")
    (tmp_path / "c").write_text("other")

    assert file_digest(tmp_path / "a") == file_digest(tmp_path / "b") != file_digest(tmp_path / "c")


def test_a_thing_built_to_the_end_takes_its_name(tmp_path: Path) -> None:
    with built_whole(tmp_path / "thing") as work:
        (work / "part").touch()

    assert [path.name for path in tmp_path.iterdir()] == ["thing"]
    assert (tmp_path / "thing" / "part").exists()


def test_a_thing_that_failed_leaves_nothing(tmp_path: Path) -> None:
    def fail() -> None:
        with built_whole(tmp_path / "thing") as work:
            (work / "part").touch()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    assert list(tmp_path.iterdir()) == []


def test_a_second_builder_waits_for_the_first(tmp_path: Path) -> None:
    order: list[str] = []
    entered = threading.Event()

    def second() -> None:
        entered.set()
        with locked("thing", tmp_path):
            order.append("second")

    follower = threading.Thread(target=second)
    with locked("thing", tmp_path):
        follower.start()
        assert entered.wait(5)
        order.append("first")
    follower.join(5)

    assert order == ["first", "second"]
