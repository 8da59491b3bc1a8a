"""What the build does to pjproject's source tree, and what it keeps of it."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from scripts.failure import SetupFailed
from scripts.pjproject_library import Library, adapt, apply_patch
from scripts.progress import Progress

PATCH = """What it does, in words.

--- a/leg.c
+++ b/leg.c
@@ -1 +1 @@
-int ears = 1;
+int ears = 2;
"""


@pytest.fixture
def patch(tmp_path: Path) -> Path:
    """A patch of leg.c, which lies in the folder `source`."""
    (tmp_path / "source").mkdir()
    written = tmp_path / "two-ears.patch"
    written.write_text(PATCH)
    return written


@pytest.mark.processes
def test_a_patch_changes_the_source(tmp_path: Path, patch: Path) -> None:
    source = tmp_path / "source/leg.c"
    source.write_text("int ears = 1;\n")

    apply_patch(patch, source.parent, tmp_path / "log", Progress(io.StringIO()), needed=True)

    assert source.read_text() == "int ears = 2;\n"


@pytest.mark.processes
def test_a_patch_that_does_not_fit_a_version_that_was_not_tried_is_told_and_left_out(
    tmp_path: Path, patch: Path
) -> None:
    source, told = tmp_path / "source/leg.c", io.StringIO()
    source.write_text("int eyes = 2;\n")

    apply_patch(patch, source.parent, tmp_path / "log", Progress(told), needed=False)

    assert source.read_text() == "int eyes = 2;\n"
    assert "two-ears.patch does not fit" in told.getvalue()


@pytest.mark.processes
def test_a_patch_that_does_not_fit_the_version_that_was_tried_stops_the_build(tmp_path: Path, patch: Path) -> None:
    source = tmp_path / "source/leg.c"
    source.write_text("int eyes = 2;\n")

    with pytest.raises(SetupFailed, match=r"two-ears\.patch does not fit"):
        apply_patch(patch, source.parent, tmp_path / "log", Progress(io.StringIO()), needed=True)


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

    adapt(tmp_path)

    assert (tmp_path / "pjmedia/build/Makefile").read_text().split() == [
        "OBJS",
        "+=",
        "alsa_dev.o",
        "null_dev.o",
    ]
    assert "#define PJSUA_MAX_CALLS 1024" in (tmp_path / "pjlib/include/pj/config_site.h").read_text()


def test_whoever_compiles_against_it_is_told_no_warnings_of_its_headers() -> None:
    library = Library(Path("/cache/2.17-key"), "2.17", ("-DPJ_AUTOCONF=1",), ("-lpj", "-lssl"))

    assert library.key == "2.17-key"
    assert library.compiler_flags == ("-DPJ_AUTOCONF=1", "-isystem", "/cache/2.17-key/include")
    assert library.linker_flags == ("-L/cache/2.17-key/lib", "-lpj", "-lssl")
