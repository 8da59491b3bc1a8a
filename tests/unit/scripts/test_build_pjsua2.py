"""The cache key of a pjsua2 wheel, and what the build does to a source tree."""

from __future__ import annotations

import sysconfig
from pathlib import Path

import pytest

from scripts import build_pjsua2, pjsua2_recipe
from scripts.build_pjsua2 import adapt, wheel_key
from scripts.pjproject_source import Source

SOURCE = Source("/anywhere/pjproject.tar.xz", "2.17", "digest")


def test_the_key_tells_the_version_and_does_not_depend_on_where_the_source_lies() -> None:
    elsewhere = Source("/elsewhere", SOURCE.version, SOURCE.digest)

    assert wheel_key(SOURCE).startswith("2.17-")
    assert wheel_key(SOURCE) == wheel_key(elsewhere)


def test_another_source_is_another_key() -> None:
    assert wheel_key(SOURCE) != wheel_key(Source(SOURCE.path, SOURCE.version, "other digest"))
    assert wheel_key(SOURCE) != wheel_key(Source(SOURCE.path, "2.18", SOURCE.digest))


def test_another_python_abi_is_another_key(monkeypatch: pytest.MonkeyPatch) -> None:
    before = wheel_key(SOURCE)
    monkeypatch.setattr(sysconfig, "get_config_var", lambda _: "cpython-399-other")

    assert wheel_key(SOURCE) != before


def test_other_options_are_another_key(monkeypatch: pytest.MonkeyPatch) -> None:
    before = wheel_key(SOURCE)
    monkeypatch.setattr(pjsua2_recipe, "CONFIGURE", ("--other",))

    assert wheel_key(SOURCE) != before


def test_other_limits_are_another_key(monkeypatch: pytest.MonkeyPatch) -> None:
    before = wheel_key(SOURCE)
    monkeypatch.setattr(pjsua2_recipe, "LIMITS", {"PJSUA_MAX_CALLS": 5})

    assert wheel_key(SOURCE) != before


def test_an_object_without_its_source_leaves_the_makefile(tmp_path: Path) -> None:
    for folder in (
        "pjlib/include/pj",
        "pjlib-util",
        "pjnath",
        "pjsip",
        "pjmedia/build",
        "pjmedia/src/pjmedia-audiodev",
        "pjsip-apps/src/swig",
    ):
        (tmp_path / folder).mkdir(parents=True)
    for script in ("aconfigure", "config.guess", "config.sub"):
        (tmp_path / script).touch()
    (tmp_path / "pjmedia/build/Makefile").write_text("OBJS += alsa_dev.o bdimad_dev.o null_dev.o\n")

    (tmp_path / "pjsip-apps/src/swig/pjsua2.i").write_text("%module pjsua2\n")

    adapt(tmp_path)

    assert (tmp_path / "pjmedia/build/Makefile").read_text().split() == [
        "OBJS",
        "+=",
        "alsa_dev.o",
        "null_dev.o",
    ]
    interface = (tmp_path / "pjsip-apps/src/swig/pjsua2.i").read_text()
    assert interface.startswith("%module pjsua2\n")
    assert '%include "room.hpp"' in interface
    assert "#define PJSUA_MAX_CALLS 1024" in (tmp_path / "pjlib/include/pj/config_site.h").read_text()


def test_the_build_is_a_script_of_its_own() -> None:
    assert build_pjsua2.main.__doc__
