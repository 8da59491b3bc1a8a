"""Builds the wheel of pjsua2, or finds it in the cache.

    python3 -m scripts.build_pjsua2                 prints the wheel's path
    python3 -m scripts.build_pjsua2 --into PYTHON   installs it into that Python's environment as well
    python3 -m scripts.build_pjsua2 --sanitized     one that ends at the first wrong use of memory, for the tests

`PJPROJECT_SOURCE=folder-or-tarball` builds from that source instead of the distribution's.
"""

from __future__ import annotations

import argparse
import os
import platform
import shlex
import shutil
import subprocess
import sys
import sysconfig
import threading
from collections.abc import Iterable
from pathlib import Path

from scripts import pjsua2_recipe as recipe
from scripts.cache import built_whole, cache_root, key_of, locked
from scripts.failure import SetupFailed, run_main
from scripts.pjproject_source import VARIABLE, Source, find_source, unpack
from scripts.progress import Progress, run_logged
from scripts.wheel import write_wheel

_SWIG_FOLDER = "pjsip-apps/src/swig"
_HEADERS = ("pjlib", "pjlib-util", "pjmedia", "pjsip", "pjnath")
_CHECK = (
    "import pjsua2 as pj, pjsua2_build; c = pj.EpConfig(); c.uaConfig.maxCalls = "
    "pjsua2_build.LIMITS['PJSUA_MAX_CALLS']; c.logConfig.level = 1; e = pj.Endpoint(); "
    "e.libCreate(); e.libInit(c); print(*[i.codecId for i in e.codecEnum2()]); e.libDestroy()"
)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--into", metavar="PYTHON", help="install the wheel into this Python's environment")
    parser.add_argument("--sanitized", action="store_true", help="with AddressSanitizer, for tests")
    chosen = parser.parse_args()
    wheel = pjsua2_wheel(os.environ.get(VARIABLE, ""), Progress(), sanitized=chosen.sanitized)
    if chosen.into:
        command = [
            chosen.into,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--force-reinstall",
            str(wheel),
        ]
        run_logged(command, cache_root() / "logs" / "pjsua2-install.log")
    print(wheel)


def pjsua2_wheel(given: str, progress: Progress, *, sanitized: bool = False) -> Path:
    """The wheel for the running Python, from the cache or built from the source `given` (see find_source)."""
    root = cache_root()
    with locked("pjsua2", root):
        source = find_source(given, progress)
        folder = root / "pjsua2" / f"{wheel_key(source)}{'-sanitized' if sanitized else ''}"
        if not folder.is_dir():
            log = root / "logs" / f"pjsua2-{folder.name}.log"
            log.unlink(missing_ok=True)
            progress.note(f"Building pjsua2 {source.version}: this takes minutes, once. Log: {log}")
            with built_whole(folder) as work:
                _build(source, work, log, progress, recipe.SANITIZED if sanitized else ())
        return next(folder.glob("*.whl"))


def wheel_key(source: Source) -> str:
    """What a built wheel depends on: the source, the recipe, the Python ABI, the system's libraries."""
    release = platform.freedesktop_os_release()
    system = f"{release.get('ID')} {release.get('VERSION_ID')} {platform.machine()}"
    abi = str(sysconfig.get_config_var("SOABI"))
    return f"{source.version}-{key_of(source.version, source.digest, recipe.recipe_text(), abi, system)}"


def sanitizer_environment() -> dict[str, str]:
    """What a Python needs in its environment that is to load a sanitized pjsua2."""
    # It takes note of exceptions too, so that what throws them must be there when it comes.
    names = [["gcc", f"-print-file-name={name}"] for name in ("libasan.so", "libstdc++.so.6")]
    found = [subprocess.run(name, capture_output=True, text=True, check=True).stdout.strip() for name in names]
    return {
        "LD_PRELOAD": " ".join(found),
        # Python itself leaks by design; and SWIG's module is no reason to look at the order of constructors.
        "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=1:strict_string_checks=0",
    }


def _build(source: Source, work: Path, log: Path, progress: Progress, more: tuple[str, ...]) -> None:
    tree = work / "source"
    with progress.stage("Unpacking pjproject"):
        unpack(source, tree, log)
        for patch in recipe.patches():
            _apply(patch, tree, log, progress)
        adapt(tree)
    with progress.stage("Configuring pjproject"):
        flags = shlex.join((*shlex.split(recipe.C_FLAGS), *more))
        environment = {**os.environ, "CFLAGS": flags, "CXXFLAGS": flags, "LDFLAGS": shlex.join(more)}
        run_logged(["./aconfigure", *recipe.CONFIGURE], log, cwd=tree, env=environment)
    with progress.stage("Compiling pjproject and its Python wrapper"):
        _compile(tree, log, more)
    with progress.stage("Linking and trying pjsua2"):
        files = _link(tree, source.version, log, more)
        version = f"{source.version}+{recipe.LOCAL_VERSION}"
        write_wheel("pjsua2", version, files, work, "pjsua2 of pjproject, with limits for a server")
        _try(tree, log, sanitizer_environment() if more else {})
    shutil.rmtree(tree)


def _apply(patch: Path, tree: Path, log: Path, progress: Progress) -> None:
    """Change the source, or tell that another version than ours is another there too."""
    command = ["patch", "--strip=1", "--forward", "--batch", f"--input={patch}"]
    if subprocess.run([*command, "--dry-run"], cwd=tree, capture_output=True, check=False).returncode:
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
    interface = tree / _SWIG_FOLDER / "pjsua2.i"
    interface.write_text(recipe.with_native(interface.read_text()))
    for script in ("aconfigure", "config.guess", "config.sub"):
        (tree / script).chmod(0o755)
    for folder in _HEADERS:
        (tree / folder / "lib").mkdir(exist_ok=True)
    (tree / "third_party/lib").mkdir(exist_ok=True, parents=True)


def _compile(tree: Path, log: Path, more: tuple[str, ...]) -> None:
    """Make the C libraries and the wrapper at the same time: neither needs the other before linking."""
    failures: list[SetupFailed] = []

    def guarded() -> None:
        try:
            _compile_wrapper(tree, log.with_suffix(".wrapper.log"), more)
        except SetupFailed as failure:
            failures.append(failure)

    wrapper = threading.Thread(target=guarded)
    wrapper.start()
    try:
        run_logged(["make", f"-j{os.cpu_count() or 1}", "lib"], log, cwd=tree)
    finally:
        wrapper.join()
    if failures:
        raise failures[0]


def _compile_wrapper(tree: Path, log: Path, more: tuple[str, ...]) -> None:
    log.unlink(missing_ok=True)
    folder = tree / _SWIG_FOLDER / "python"
    includes = [f"-I{tree / part / 'include'}" for part in _HEADERS]
    includes.append(f"-I{recipe.NATIVE}")
    run_logged(["swig", *recipe.SWIG_FLAGS, *includes, "-o", "pjsua2_wrap.cpp", "../pjsua2.i"], log, cwd=folder)
    generated = folder / "pjsua2_wrap.cpp"
    generated.write_text(recipe.with_qualified_types(generated.read_text()))
    headers = sysconfig.get_paths()["include"]
    if not (Path(headers) / "Python.h").is_file():
        raise SetupFailed(f"Python's headers are missing ({headers}/Python.h). Install python3-dev.")
    flags = [*_make_values(folder, "cflags"), f"-I{recipe.NATIVE}"]
    for source in sorted(recipe.NATIVE.glob("*.cpp")):
        run_logged(
            ["g++", *flags, *recipe.NATIVE_FLAGS, *more, "-c", str(source), "-o", f"{source.stem}.o"], log, cwd=folder
        )
    wrapper = [f"-I{headers}", "-c", "pjsua2_wrap.cpp", "-o", "pjsua2_wrap.o"]
    run_logged(["g++", *flags, *recipe.WRAPPER_FLAGS, *more, *wrapper], log, cwd=folder)


def _link(tree: Path, version: str, log: Path, more: tuple[str, ...]) -> dict[str, bytes]:
    folder = tree / _SWIG_FOLDER / "python"
    module = f"_pjsua2.{sysconfig.get_config_var('SOABI')}.so"
    libraries = [f"-l{name}" for name in _make_values(folder, "libs")]
    paths = [flag for flag in _make_values(folder, "ldflags") if flag.startswith("-L")]
    objects = ["pjsua2_wrap.o", *(f"{source.stem}.o" for source in sorted(recipe.NATIVE.glob("*.cpp")))]
    run_logged(["g++", "-shared", *(more or ("-s",)), *objects, *paths, *libraries, "-o", module], log, cwd=folder)
    (folder / "pjsua2_build.py").write_text(recipe.build_record(version))
    return {name: (folder / name).read_bytes() for name in ("pjsua2.py", "pjsua2_build.py", module)}


def _try(tree: Path, log: Path, more: dict[str, str]) -> None:
    """Start the library once with all its calls, so that a wheel in the cache is one that works."""
    run_logged([sys.executable, "-c", _CHECK], log, cwd=tree / _SWIG_FOLDER / "python", env={**os.environ, **more})


def _make_values(folder: Path, target: str) -> list[str]:
    command = ["make", "--no-print-directory", "-s", "-f", "helper.mak", target]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SetupFailed(f"{shlex.join(command)} in {folder} failed: {done.stderr.strip()}")
    return list(_words(done.stdout.splitlines()))


def _words(lines: Iterable[str]) -> Iterable[str]:
    for line in lines:
        yield from shlex.split(line)


if __name__ == "__main__":
    run_main(main)
