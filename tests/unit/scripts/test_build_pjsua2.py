"""The cache keys of a pjsua2 wheel and of its parts."""

from __future__ import annotations

import sysconfig
from pathlib import Path

import pytest

from scripts import build_pjsua2, native_module, pjsua2_recipe
from scripts.build_pjsua2 import wheel_key
from scripts.failure import SetupFailed
from scripts.native_module import compiled, module_key
from scripts.pjproject_library import Library, library_key
from scripts.pjproject_source import Source
from scripts.pjsua2_recipe import PLAIN, RACES, SANITIZED, with_headers

SOURCE = Source("/anywhere/pjproject.tar.xz", "2.17", "digest")


@pytest.fixture
def native(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in the place of sip/native: `leg.cpp` includes `leg.h` and that `pcm.h`; Python sees `room.hpp`."""
    folder = tmp_path / "native"
    folder.mkdir()
    (folder / "pcm.h").write_text("// samples\n")
    (folder / "leg.h").write_text('#include "pcm.h"\n')
    (folder / "leg.cpp").write_text('#include "leg.h"\n#include <vector>\n')
    (folder / "room.hpp").write_text("// a room\n")
    (folder / "room.cpp").write_text('#include "room.hpp"\n')
    (folder / "README.md").write_text("What runs where\n")
    monkeypatch.setattr(pjsua2_recipe, "NATIVE", folder)
    monkeypatch.setattr("scripts.native_module.recipe.NATIVE", folder)
    return folder


def parts() -> dict[str, str]:
    """The keys of the wrapper and of each file of ours."""
    natives = [native_module._native(path, "library", PLAIN) for path in pjsua2_recipe.native_sources()]
    return {part.name: part.key for part in [native_module._wrapper("library", PLAIN), *natives]}


def changed_by(path: Path) -> set[str]:
    """What is compiled again after a change of the file."""
    before = parts()
    path.write_text(path.read_text() + "// another\n")
    after = parts()
    return {name for name in after if before.get(name) != after[name]}


def test_the_key_tells_the_version_and_does_not_depend_on_where_the_source_lies() -> None:
    elsewhere = Source("/elsewhere", SOURCE.version, SOURCE.digest)

    assert wheel_key(SOURCE).startswith("2.17-")
    assert wheel_key(SOURCE) == wheel_key(elsewhere)


def test_another_source_is_another_key() -> None:
    assert wheel_key(SOURCE) != wheel_key(Source(SOURCE.path, SOURCE.version, "other digest"))
    assert wheel_key(SOURCE) != wheel_key(Source(SOURCE.path, "2.18", SOURCE.digest))


def test_another_python_abi_is_another_key_of_the_wheel_and_the_same_library(monkeypatch: pytest.MonkeyPatch) -> None:
    wheel, library = wheel_key(SOURCE), library_key(SOURCE, PLAIN)
    monkeypatch.setattr(sysconfig, "get_config_var", lambda _: "cpython-399-other")

    assert wheel_key(SOURCE) != wheel
    assert library_key(SOURCE, PLAIN) == library


@pytest.mark.parametrize(
    ("name", "other"), [("CONFIGURE", ("--other",)), ("LIMITS", {"PJSUA_MAX_CALLS": 5}), ("C_FLAGS", "-O0")]
)
def test_another_recipe_of_the_library_is_another_key_of_all(
    monkeypatch: pytest.MonkeyPatch, name: str, other: object
) -> None:
    wheel, library = wheel_key(SOURCE), library_key(SOURCE, PLAIN)
    monkeypatch.setattr(pjsua2_recipe, name, other)

    assert wheel_key(SOURCE) != wheel
    assert library_key(SOURCE, PLAIN) != library


@pytest.mark.parametrize("name", ["NATIVE_FLAGS", "WRAPPER_FLAGS", "SWIG_FLAGS"])
def test_other_flags_of_our_own_are_another_wheel_on_the_same_library(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    wheel, library = wheel_key(SOURCE), library_key(SOURCE, PLAIN)
    monkeypatch.setattr(pjsua2_recipe, name, ("-O0",))

    assert wheel_key(SOURCE) != wheel
    assert library_key(SOURCE, PLAIN) == library


def test_a_sanitized_wheel_has_keys_of_its_own() -> None:
    assert library_key(SOURCE, SANITIZED) != library_key(SOURCE, PLAIN)
    assert wheel_key(SOURCE, SANITIZED).endswith("-sanitized")
    assert wheel_key(SOURCE, SANITIZED) != wheel_key(SOURCE)


def test_a_wheel_that_tells_of_races_has_keys_of_its_own_on_the_same_library() -> None:
    assert library_key(SOURCE, RACES) == library_key(SOURCE, PLAIN)
    assert wheel_key(SOURCE, RACES).endswith("-races")
    assert wheel_key(SOURCE, RACES) != wheel_key(SOURCE)


def test_a_changed_file_is_compiled_alone(native: Path) -> None:
    assert changed_by(native / "leg.cpp") == {"leg"}


def test_a_changed_header_compiles_what_includes_it_at_any_depth(native: Path) -> None:
    assert changed_by(native / "pcm.h") == {"leg"}


def test_a_header_that_python_sees_compiles_the_wrapper_too(native: Path) -> None:
    assert changed_by(native / "room.hpp") == {"room", "pjsua2_wrap"}


def test_a_changed_page_compiles_nothing(native: Path) -> None:
    recipe, module = pjsua2_recipe.recipe_text(), module_key("library", PLAIN)

    assert changed_by(native / "README.md") == set()
    assert module_key("library", PLAIN) == module
    assert pjsua2_recipe.recipe_text() == recipe


def test_a_file_more_is_another_module_and_another_set_up(native: Path) -> None:
    recipe, module = pjsua2_recipe.recipe_text(), module_key("library", PLAIN)

    (native / "new.cpp").touch()

    assert module_key("library", PLAIN) != module
    assert pjsua2_recipe.recipe_text() != recipe


@pytest.mark.parametrize("name", ["leg.cpp", "pcm.h", "room.hpp"])
def test_any_change_calls_for_another_set_up(native: Path, name: str) -> None:
    before = pjsua2_recipe.recipe_text()

    (native / name).write_text("// another\n")

    assert pjsua2_recipe.recipe_text() != before


def test_headers_that_include_each_other_are_each_found_once(native: Path) -> None:
    (native / "pcm.h").write_text('#include "leg.h"\n')

    assert [path.name for path in with_headers([native / "leg.cpp"])] == ["leg.cpp", "leg.h", "pcm.h"]


def test_what_changes_while_it_is_compiled_is_not_kept(
    native: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(native_module, "cache_root", lambda: tmp_path)
    monkeypatch.setattr(native_module, "run_logged", lambda *_: (native / "leg.h").write_text("// edited\n"))

    with pytest.raises(SetupFailed, match="changed while leg was compiled"):
        compiled(native / "leg.cpp", Library(tmp_path, "2.17", (), ()), PLAIN)

    assert list((tmp_path / "pjsua2-parts").iterdir()) == []


def test_what_is_in_the_cache_is_not_compiled(native: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library = Library(tmp_path, "2.17", (), ())
    monkeypatch.setattr(native_module, "cache_root", lambda: tmp_path)
    ran = list[object]()
    monkeypatch.setattr(native_module, "run_logged", lambda command, _: ran.append(command))

    first, second = (compiled(native / "leg.cpp", library, PLAIN) for _ in range(2))

    assert first == second
    assert len(ran) == 1


def test_the_build_is_a_script_of_its_own() -> None:
    assert build_pjsua2.main.__doc__
