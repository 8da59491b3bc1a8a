"""Builds the wheel of pjsua2, or finds it in the cache.

    python3 -m scripts.build_pjsua2                 prints the wheel's path
    python3 -m scripts.build_pjsua2 --into PYTHON   installs it into that Python's environment as well
    python3 -m scripts.build_pjsua2 --sanitized     one that ends at the first wrong use of memory, for the tests

`PJPROJECT_SOURCE=folder-or-tarball` builds from that source instead of the distribution's. pjproject itself is built
once, for minutes; a change of our own C++ (sip/native) compiles what has changed, for seconds.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

from scripts import pjsua2_recipe as recipe
from scripts.cache import built_whole, cache_root, locked
from scripts.failure import SetupFailed, run_main
from scripts.native_module import link_module, module_key, module_name
from scripts.pjproject_library import Library, built_library, library_key
from scripts.pjproject_source import VARIABLE, Source, find_source
from scripts.progress import Progress, run_logged
from scripts.wheel import write_wheel

_CHECK = (
    "import pjsua2 as pj, pjsua2_build; c = pj.EpConfig(); c.uaConfig.maxCalls = "
    "pjsua2_build.LIMITS['PJSUA_MAX_CALLS']; c.logConfig.level = 1; e = pj.Endpoint(); "
    "e.libCreate(); e.libInit(c); print(*[i.codecId for i in e.codecEnum2()]); e.libDestroy()"
)


_SANITIZERS = {recipe.SANITIZED: "libasan.so", recipe.RACES: "libtsan.so"}
"""What must be loaded before all else."""


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--into", metavar="PYTHON", help="install the wheel into this Python's environment")
    parser.add_argument("--sanitized", action="store_true", help="with AddressSanitizer, for tests")
    chosen = parser.parse_args()
    variant = recipe.SANITIZED if chosen.sanitized else recipe.PLAIN
    wheel = pjsua2_wheel(os.environ.get(VARIABLE, ""), Progress(), variant)
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


def pjsua2_wheel(given: str, progress: Progress, variant: recipe.Variant = recipe.PLAIN) -> Path:
    """The wheel for the running Python, from the cache or built from the source `given` (see find_source)."""
    root = cache_root()
    with locked("pjproject-source", root):
        source = find_source(given, progress)
    folder = root / "pjsua2" / wheel_key(source, variant)
    # Who needs only what is there waits for nobody's build.
    if not folder.is_dir():
        with locked(variant.lock, root):
            if not folder.is_dir():
                _build(source, variant, folder, progress)
    return next(folder.glob("*.whl"))


def wheel_key(source: Source, variant: recipe.Variant = recipe.PLAIN) -> str:
    """What a built wheel depends on: the library, our own C++, how it is compiled, the Python ABI."""
    return f"{source.version}-{module_key(library_key(source, variant), variant)}{variant.suffix}"


def sanitizer_environment(variant: recipe.Variant) -> dict[str, str]:
    """What a Python needs in its environment that is to load a pjsua2 of this variant."""
    if variant not in _SANITIZERS:
        return {}
    # It takes note of exceptions too, so that what throws them must be there when it comes.
    names = [["gcc", f"-print-file-name={name}"] for name in (_SANITIZERS[variant], "libstdc++.so.6")]
    found = [subprocess.run(name, capture_output=True, text=True, check=True).stdout.strip() for name in names]
    return {
        "LD_PRELOAD": " ".join(found),
        # Python itself leaks by design; and SWIG's module is no reason to look at the order of constructors.
        "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1:abort_on_error=1",
        "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=1:strict_string_checks=0",
        # Locks in two orders are the library's, which takes some of them with pj_mutex_trylock.
        "TSAN_OPTIONS": "halt_on_error=1:die_after_fork=0:detect_deadlocks=0:ignore_noninstrumented_modules=1",
    }


def _build(source: Source, variant: recipe.Variant, folder: Path, progress: Progress) -> None:
    library = _library(source, variant, progress)
    log = cache_root() / "logs" / f"pjsua2-{folder.name}.log"
    log.unlink(missing_ok=True)
    with progress.stage("Compiling and trying pjsua2"), built_whole(folder) as work:
        _make_wheel(library, variant, work, log)
        if wheel_key(source, variant) != folder.name:
            raise SetupFailed("sip/native was changed while pjsua2 was built. Start again.")


def _library(source: Source, variant: recipe.Variant, progress: Progress) -> Library:
    if variant.whole:
        return built_library(source, variant, progress)
    with locked(variant.library.lock, cache_root()):
        return built_library(source, variant, progress)


def _make_wheel(library: Library, variant: recipe.Variant, work: Path, log: Path) -> None:
    """Start the library once with all its calls too, so that a wheel in the cache is one that works."""
    module = work / "module"
    module.mkdir()
    link_module(library, variant, module, log)
    environment = {**os.environ, **sanitizer_environment(variant)}
    run_logged([sys.executable, "-B", "-c", _CHECK], log, cwd=module, env=environment)
    files = {name: (module / name).read_bytes() for name in ("pjsua2.py", "pjsua2_build.py", module_name())}
    version = f"{library.version}+{recipe.LOCAL_VERSION}"
    write_wheel("pjsua2", version, files, work, "pjsua2 of pjproject, with limits for a server")
    shutil.rmtree(module)


if __name__ == "__main__":
    run_main(main)
