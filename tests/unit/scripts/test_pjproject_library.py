"""What the build does to pjproject's source tree, and what it keeps of it."""

from __future__ import annotations

from pathlib import Path

from scripts.pjproject_library import Library, adapt


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
