"""API keys, and the pepper that makes a stolen database useless."""

import stat
import threading
from pathlib import Path

import pytest

from engine.errors import SetupError
from engine.security.secrets import digest, load_pepper, new_key, same


def test_a_key_begins_with_sk_and_is_long_and_new_each_time() -> None:
    keys = {new_key() for _ in range(1000)}

    assert len(keys) == 1000
    assert all(key.startswith("SK") and len(key) == 42 and key.isalnum() and key.isascii() for key in keys)


def test_a_digest_depends_on_the_key_and_on_the_pepper() -> None:
    one = digest("SKone", b"p" * 32)

    assert len(one) == 32
    assert same(one, digest("SKone", b"p" * 32))
    assert not same(one, digest("SKtwo", b"p" * 32))
    assert not same(one, digest("SKone", b"q" * 32))


def test_a_pepper_is_made_once_and_kept(tmp_path: Path) -> None:
    made = load_pepper(tmp_path / "var")

    assert len(made) == 32
    assert load_pepper(tmp_path / "var") == made
    assert load_pepper(tmp_path / "other") != made


def test_a_pepper_is_for_its_owner_alone_and_nothing_else_is_left(tmp_path: Path) -> None:
    load_pepper(tmp_path)

    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {"pepper": 0o600}


def test_all_who_start_at_once_have_the_same_pepper(tmp_path: Path) -> None:
    start = threading.Barrier(8)
    loaded: list[bytes] = []

    def load() -> None:
        start.wait()
        loaded.append(load_pepper(tmp_path))

    threads = [threading.Thread(target=load) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert loaded == [load_pepper(tmp_path)] * 8


def test_a_pepper_that_others_can_read_stops_the_start(tmp_path: Path) -> None:
    load_pepper(tmp_path)
    (tmp_path / "pepper").chmod(0o644)

    with pytest.raises(SetupError, match=r"chmod 600 .*pepper"):
        load_pepper(tmp_path)


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_pepper_of_another_length_stops_the_start(tmp_path: Path, size: int) -> None:
    load_pepper(tmp_path)
    (tmp_path / "pepper").write_bytes(b"x" * size)

    with pytest.raises(SetupError, match=f"has {size} bytes, not 32"):
        load_pepper(tmp_path)


def test_a_folder_that_can_not_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(SetupError, match=r"file/var/pepper"):
        load_pepper(tmp_path / "file" / "var")
