"""pjproject's headers and static libraries, in a folder of the cache: what our own C++ is compiled against.

They are built for minutes, once: what they depend on is the source, its patches and how it is configured, and nothing
of ours that is compiled against them.
"""

from __future__ import annotations

import json
import os
import platform
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from scripts import pjsua2_recipe as recipe
from scripts.cache import built_whole, cache_root, key_of
from scripts.failure import SetupFailed
from scripts.pjproject_source import TRIED, Source, unpack
from scripts.progress import Progress, run_logged

_PARTS = ("pjlib", "pjlib-util", "pjmedia", "pjsip", "pjnath")
_SWIG_FOLDER = "pjsip-apps/src/swig"
_RECORD = "library.json"


@dataclass(frozen=True, slots=True)
class Library:
    """A pjproject that is built."""

    folder: Path
    version: str
    definitions: tuple[str, ...]
    """Without them its headers would declare another library than was built."""
    linked: tuple[str, ...]
    """What a linker is given, after the objects that use the library."""

    @property
    def key(self) -> str:
        """What tells it from any other."""
        return self.folder.name

    @property
    def headers(self) -> Path:
        """All headers of its parts."""
        return self.folder / "include"

    @property
    def interface(self) -> Path:
        """SWIG's description of pjsua2."""
        return self.folder / "swig" / "pjsua2.i"

    @property
    def compiler_flags(self) -> tuple[str, ...]:
        """Compiler flags of a file that includes the library's headers, whose own warnings are nobody's here."""
        return (*self.definitions, "-isystem", str(self.headers))

    @property
    def linker_flags(self) -> tuple[str, ...]:
        """Linker flags of a program or module of objects that use the library."""
        return (f"-L{self.folder / 'lib'}", *self.linked)


def library_key(source: Source, variant: recipe.Variant) -> str:
    """What the libraries depend on: the source, our recipe for them, the system's own libraries."""
    release = platform.freedesktop_os_release()
    system = f"{release.get('ID')} {release.get('VERSION_ID')} {platform.machine()}"
    key = key_of(source.version, source.digest, recipe.library_text(), *variant.library.flags, system)
    return f"{source.version}-{key}{variant.library.suffix}"


def built_library(source: Source, variant: recipe.Variant, progress: Progress) -> Library:
    """The library of `source`, from the cache or built. Hold the lock of the cache of `variant.library`."""
    root = cache_root()
    folder = root / "pjproject" / library_key(source, variant)
    if not folder.is_dir():
        log = root / "logs" / f"pjproject-{folder.name}.log"
        log.unlink(missing_ok=True)
        progress.note(f"Building pjproject {source.version}: this takes minutes, once. Log: {log}")
        with built_whole(folder) as work:
            _build(source, work, log, progress, variant.library)
    known = json.loads((folder / _RECORD).read_text())
    return Library(folder, source.version, tuple(known["definitions"]), tuple(known["linked"]))


def _build(source: Source, work: Path, log: Path, progress: Progress, variant: recipe.Variant) -> None:
    tree = work / "source"
    with progress.stage("Unpacking pjproject"):
        unpack(source, tree, log)
        for patch in recipe.patches():
            apply_patch(patch, tree, log, progress, needed=source.version in TRIED)
        adapt(tree)
    with progress.stage("Configuring pjproject"):
        flags = shlex.join((*shlex.split(recipe.C_FLAGS), *variant.flags))
        environment = {**os.environ, "CFLAGS": flags, "CXXFLAGS": flags, "LDFLAGS": shlex.join(variant.flags)}
        run_logged(["./aconfigure", *recipe.CONFIGURE], log, cwd=tree, env=environment)
    with progress.stage("Compiling pjproject"):
        run_logged(["make", f"-j{os.cpu_count() or 1}", "lib"], log, cwd=tree)
    _keep(tree, work)
    shutil.rmtree(tree)


def apply_patch(patch: Path, tree: Path, log: Path, progress: Progress, *, needed: bool) -> None:
    """Change the source. Of a version that was not tried, it is told where a patch does not fit.

    Raises SetupFailed where a patch is `needed` and does not fit.
    """
    command = ["patch", "--strip=1", "--forward", "--batch", f"--input={patch}"]
    if subprocess.run([*command, "--dry-run"], cwd=tree, capture_output=True, check=False).returncode:
        if needed:
            raise SetupFailed(
                f"{patch.name} does not fit pjproject beside the patches before it. Renew it, or give an unchanged "
                f"pjproject of version {TRIED[0]}."
            )
        progress.note(f"{patch.name} does not fit this version of pjproject, and is left out.")
    else:
        run_logged(command, log, cwd=tree)


def adapt(tree: Path) -> None:
    """Write the limits into the source tree and mend what the distribution left out of it."""
    (tree / "pjlib/include/pj/config_site.h").write_text(recipe.config_site())
    makefile = tree / "pjmedia/build/Makefile"
    text = makefile.read_text()
    for absent in recipe.ABSENT_OBJECTS:
        if not (tree / "pjmedia/src/pjmedia-audiodev" / absent.replace(".o", ".c")).exists():
            text = text.replace(absent, "")
    makefile.write_text(text)
    for script in ("aconfigure", "config.guess", "config.sub"):
        (tree / script).chmod(0o755)
    for folder in _PARTS:
        (tree / folder / "lib").mkdir(exist_ok=True)
    (tree / "third_party/lib").mkdir(exist_ok=True, parents=True)


def _keep(tree: Path, work: Path) -> None:
    """Take out of the tree what is compiled against; it does not name the folder, which is about to be renamed."""
    for part in _PARTS:
        shutil.copytree(tree / part / "include", work / "include", dirs_exist_ok=True)
    (work / "lib").mkdir()
    for archive in tree.glob("*/lib/*.a"):
        archive.rename(work / "lib" / archive.name)
    (work / "swig").mkdir()
    for interface in (tree / _SWIG_FOLDER).glob("*.i"):
        shutil.copy(interface, work / "swig")
    definitions = [flag for flag in _make_values(tree, "cflags") if flag.startswith("-D")]
    paths = [flag for flag in _make_values(tree, "ldflags") if flag.startswith("-L") and str(tree) not in flag]
    libraries = [f"-l{name}" for name in _make_values(tree, "libs")]
    record = {"definitions": sorted(set(definitions)), "linked": [*paths, *libraries]}
    (work / _RECORD).write_text(json.dumps(record, indent=2))


def _make_values(tree: Path, target: str) -> list[str]:
    command = ["make", "--no-print-directory", "-s", "-f", "helper.mak", target]
    done = subprocess.run(command, cwd=tree / _SWIG_FOLDER / "python", capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SetupFailed(f"{shlex.join(command)} failed: {done.stderr.strip()}")
    return [word for line in done.stdout.splitlines() for word in shlex.split(line)]
