"""The program that tests our own C++, compiled when it has changed and kept in the cache.

It ends at the first wrong use of memory and at undefined behaviour, or, where `tests.sanitized --races` asks for that,
at the first memory that threads use at the same time. The library that it is linked with is the one that is installed,
and not checked.
"""

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from scripts import pjsua2_recipe as recipe
from scripts.cache import built_whole, cache_root, key_of, locked
from scripts.native_module import compiled
from scripts.pjproject_library import built_library
from scripts.pjproject_source import VARIABLE as SOURCE_VARIABLE
from scripts.pjproject_source import find_source
from scripts.progress import Progress, run_logged

TESTS: Final = Path(__file__).resolve().parent
CHECKED: Final = recipe.Variant(
    "-checked",
    ("-O1", "-g", "-fno-omit-frame-pointer", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"),
)
_NAME: Final = "native-tests"


VARIABLE: Final = "TELEFOON_TESTS_NATIVE"
"""In the environment, the suffix of the variant that is tested."""


def program(variant: recipe.Variant | None = None) -> Path:
    """The program, built from the files here and our own C++; without a variant, of the one in the environment."""
    if variant is None:
        variant = recipe.RACES if os.environ.get(VARIABLE) == recipe.RACES.suffix else CHECKED
    root = cache_root()
    with locked(recipe.PLAIN.lock, root):
        library = built_library(find_source(os.environ.get(SOURCE_VARIABLE, ""), Progress()), recipe.PLAIN, Progress())
    with locked(variant.lock, root):
        sources = [*recipe.native_sources(), *sorted(TESTS.glob("*.cpp"))]
        with ThreadPoolExecutor(os.cpu_count() or 1) as compilers:
            objects = [str(done) for done in compilers.map(lambda path: compiled(path, library, variant), sources)]
        folder = root / "pjsua2-parts" / f"{_NAME}-{key_of(*objects)}"
        if not folder.is_dir():
            log = root / "logs" / f"{_NAME}.log"
            log.unlink(missing_ok=True)
            with built_whole(folder) as work:
                linked = ["-o", str(work / _NAME), *objects, *library.linker_flags]
                run_logged(["g++", *variant.flags, *linked], log)
    return folder / _NAME


def run(test_case: str, binary: Path) -> subprocess.CompletedProcess[str]:
    """One test case alone, by its name."""
    # doctest takes a comma for the end of a name, and a question mark for any letter.
    named = test_case.replace(",", "?")
    return subprocess.run([binary, f"--test-case={named}"], capture_output=True, text=True, timeout=60, check=False)
