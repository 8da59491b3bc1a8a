"""pjproject's source: which version it is, and what the user is told when it will not do."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.cache import cache_root
from scripts.failure import SetupFailed
from scripts.pjproject_source import (
    TRIED,
    Source,
    best,
    cached_sources,
    check_version,
    find_source,
    own_source,
    parse_version,
    unpack,
)
from scripts.progress import Progress


def version_mak(major: str, minor: str, revision: str = "", suffix: str = "") -> str:
    return (
        "# parsed by setup.py\n"
        f"export PJ_VERSION_MAJOR  := {major}\n"
        f"export PJ_VERSION_MINOR  := {minor}\n"
        f"export PJ_VERSION_REV    :={revision and ' ' + revision}\n"
        f"export PJ_VERSION_SUFFIX :={suffix and ' ' + suffix}\n"
        "export PJ_VERSION := $(PJ_VERSION_MAJOR).$(PJ_VERSION_MINOR)\n"
    )


def make_tree(folder: Path, version: str) -> Path:
    (folder / "pjlib").mkdir(parents=True)
    (folder / "pjlib" / "main.c").write_text("int main(void) { return 0; }\n")
    (folder / "version.mak").write_text(version)
    return folder


def make_tarball(path: Path, name: str, content: str) -> Path:
    with tarfile.open(path, "w:xz") as archive:
        member = tarfile.TarInfo(name)
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content.encode()))
    return path


@given(st.integers(0, 99), st.integers(0, 99), st.one_of(st.just(""), st.integers(1, 9).map(str)))
def test_the_version_is_read_as_declared(major: int, minor: int, revision: str) -> None:
    expected = f"{major}.{minor}" + (f".{revision}" if revision else "")

    assert parse_version(version_mak(str(major), str(minor), revision)) == expected


def test_a_suffix_belongs_to_the_version() -> None:
    assert parse_version(version_mak("2", "18", suffix="-dev")) == "2.18-dev"


def test_a_text_without_a_version_is_refused_and_names_the_way_out() -> None:
    with pytest.raises(SetupFailed, match="PJPROJECT_SOURCE"):
        parse_version("nothing here\n")


@pytest.mark.parametrize("version", ["2.15", "2.15.1", "2.17", "2.18-dev", "3.0"])
def test_a_version_from_2_15_on_will_do(version: str) -> None:
    check_version(version, "Debian sid")


@pytest.mark.parametrize("version", ["1.16", "2.9", "2.13.1", "2.14.9"])
def test_an_older_version_is_refused_with_its_origin_and_the_way_out(version: str) -> None:
    with pytest.raises(SetupFailed) as refusal:
        check_version(version, "Ubuntu noble")

    assert f"Ubuntu noble has pjproject {version}" in str(refusal.value)
    assert "2.15 or newer" in str(refusal.value)
    assert "PJPROJECT_SOURCE" in str(refusal.value)


def test_a_folder_is_known_by_its_files(tmp_path: Path) -> None:
    tree = make_tree(tmp_path / "pj", version_mak("2", "16"))
    before = own_source(str(tree))
    (tree / "pjlib" / "main.c").write_text("int main(void) { return 1000; }\n")

    after = own_source(str(tree))

    assert before.version == after.version == "2.16"
    assert before.digest != after.digest


def test_a_tarball_is_read_without_being_unpacked(tmp_path: Path) -> None:
    tarball = make_tarball(tmp_path / "pj.tar.xz", "pjproject-2.15.1/version.mak", version_mak("2", "15", "1"))

    assert own_source(str(tarball)).version == "2.15.1"


def test_an_old_tarball_is_refused_by_the_name_the_user_gave(tmp_path: Path) -> None:
    tarball = make_tarball(tmp_path / "pj.tar.xz", "pjproject-2.13/version.mak", version_mak("2", "13"))

    with pytest.raises(SetupFailed, match=r"PJPROJECT_SOURCE=.*pj\.tar\.xz has pjproject 2\.13"):
        own_source(str(tarball))


@pytest.mark.parametrize("kind", ["absent", "empty folder", "no tarball", "other tarball"])
def test_what_is_no_pjproject_is_refused(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "given"
    match kind:
        case "empty folder":
            path.mkdir()
        case "no tarball":
            path.write_text("not a tarball")
        case "other tarball":
            make_tarball(path, "deep/down/below/version.mak", version_mak("2", "17"))

    with pytest.raises(SetupFailed) as refusal:
        own_source(str(path))

    assert str(path) in str(refusal.value)
    assert "PJPROJECT_SOURCE" in str(refusal.value)


@pytest.mark.processes
@pytest.mark.parametrize("top", ["pjproject-2.17/", "./"])
def test_a_tarball_is_unpacked_without_its_top_folder(tmp_path: Path, top: str) -> None:
    tarball = make_tarball(tmp_path / "pj.tar.xz", f"{top}version.mak", version_mak("2", "17"))

    unpack(own_source(str(tarball)), tmp_path / "tree", tmp_path / "log")

    assert [path.name for path in (tmp_path / "tree").iterdir()] == ["version.mak"]


def test_a_folder_is_copied_and_left_as_it_was(tmp_path: Path) -> None:
    tree = make_tree(tmp_path / "pj", version_mak("2", "17"))
    (tree / "pjlib" / "left.o").write_text("")

    unpack(own_source(str(tree)), tmp_path / "tree", tmp_path / "log")

    assert (tmp_path / "tree" / "pjlib" / "main.c").is_file()
    assert not (tmp_path / "tree" / "pjlib" / "left.o").exists()
    assert (tree / "pjlib" / "left.o").exists()


def test_a_tried_version_goes_before_a_newer_and_a_newer_before_an_older() -> None:
    tried, newer, newest = (Source(version, version, "") for version in (TRIED[0], "9.9", "9.10"))

    assert best([newer, tried, newest]) == tried
    assert best([newer, newest]) == newest
    assert best([]) is None


def kept(version: str) -> Source:
    """One that was fetched into the cache."""
    folder = cache_root() / "sources" / f"pjproject-{version}"
    folder.mkdir(parents=True)
    (folder / "source.json").write_text(json.dumps({"path": "it.tar", "version": version, "digest": version}))
    return Source(str(folder / "it.tar"), version, version)


def test_a_tried_version_in_the_cache_is_taken_without_the_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", "")  # there is no apt
    tried, other = kept(TRIED[0]), kept("9.9")

    assert cached_sources(cache_root()) == [tried, other]
    assert find_source("", Progress(io.StringIO())) == tried


@pytest.mark.processes
def test_another_version_is_taken_and_told_of_where_no_tried_one_can_be_had(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", "")
    other, said = kept("9.9"), io.StringIO()

    assert find_source("", Progress(said)) == other
    assert f"pjproject 9.9 was not tried with this telefoon; {TRIED[0]} was." in said.getvalue()


@pytest.mark.processes
def test_without_any_each_place_that_was_tried_and_the_way_out_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", "")

    with pytest.raises(SetupFailed, match=r"(?s)sid: .*apt-get is missing.*PJPROJECT_SOURCE"):
        find_source("", Progress(io.StringIO()))
