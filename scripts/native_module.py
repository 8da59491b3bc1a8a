"""The module `_pjsua2`: SWIG's wrapper of the library and our own C++, compiled file by file and linked.

Each object is kept in the cache by what it depends on, so that a change compiles one file and links.
"""

from __future__ import annotations

import os
import shutil
import sysconfig
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from scripts import pjsua2_recipe as recipe
from scripts.cache import built_whole, cache_root, key_of
from scripts.failure import SetupFailed
from scripts.pjproject_library import Library
from scripts.progress import run_logged

#: Where a file lies is no part of what it is compiled to: the next clone takes the same object.
_PLACELESS = f"-ffile-prefix-map={recipe.NATIVE}/="


@dataclass(frozen=True, slots=True)
class Part:
    """Something that a compiler makes, in a folder of the cache that is named after all it is made of."""

    name: str
    key: str

    @property
    def folder(self) -> Path:
        """The folder where the module is, or will be."""
        return cache_root() / "pjsua2-parts" / f"{self.name}-{self.key}"

    @property
    def object(self) -> Path:
        """What is linked."""
        return self.folder / f"{self.name}.o"

    @property
    def log(self) -> Path:
        """What its compiler says while it works, and after it has failed."""
        return cache_root() / "logs" / f"pjsua2-{self.name}-{self.key}.log"


def module_name() -> str:
    """The file that the running Python imports."""
    return f"_pjsua2.{sysconfig.get_config_var('SOABI')}.so"


def module_key(library_key: str, variant: recipe.Variant) -> str:
    """What a linked module depends on."""
    natives = [_native(source, library_key, variant) for source in recipe.native_sources()]
    parts = [_wrapper(library_key, variant), *natives]
    return key_of(library_key, recipe.LOCAL_VERSION, *(f"{part.name} {part.key}" for part in parts))


def link_module(library: Library, variant: recipe.Variant, into: Path, log: Path) -> None:
    """Put the module and its Python side into the folder `into`, compiling what is not compiled yet."""
    with ThreadPoolExecutor(os.cpu_count() or 1) as compilers:
        # The wrapper first: it takes longest.
        wrapping = compilers.submit(_wrapped, library, variant)
        compiling = [compilers.submit(compiled, source, library, variant) for source in recipe.native_sources()]
        wrapper = wrapping.result()
        objects = [wrapper.object, *(done.result() for done in compiling)]
    shutil.copy(wrapper.folder / "pjsua2.py", into)
    (into / "pjsua2_build.py").write_text(recipe.build_record(library.version))
    linked = ["-o", str(into / module_name()), *map(str, objects), *library.linker_flags]
    run_logged(["g++", "-shared", *(variant.flags or ("-s",)), *linked], log)


def compiled(source: Path, library: Library, variant: recipe.Variant) -> Path:
    """The object of one of our own files, from the cache or compiled. Hold the variant's lock of the cache."""
    part = _native(source, library.key, variant)
    if not part.folder.is_dir():
        part.log.unlink(missing_ok=True)
        with built_whole(part.folder) as work:
            found = [*library.compiler_flags, f"-I{recipe.NATIVE}", _PLACELESS]
            target = ["-c", str(source), "-o", str(work / part.object.name)]
            run_logged(["g++", *found, *_native_flags(variant), *target], part.log)
            _check_unchanged(part, _native(source, library.key, variant))
        part.log.unlink(missing_ok=True)
    return part.object


def _native(source: Path, library_key: str, variant: recipe.Variant) -> Part:
    return Part(source.stem, key_of(library_key, *_native_flags(variant), *_texts([source])))


def _native_flags(variant: recipe.Variant) -> tuple[str, ...]:
    # What the sanitizers add makes the compiler see errors that are none.
    lenient = ("-Wno-error",) if variant.flags else ()
    return (*recipe.NATIVE_FLAGS, *variant.flags, *lenient)


def _wrapper(library_key: str, variant: recipe.Variant) -> Part:
    flags = (*recipe.SWIG_FLAGS, *_wrapper_flags(variant), recipe.with_native(""))
    abi = str(sysconfig.get_config_var("SOABI"))
    return Part("pjsua2_wrap", key_of(library_key, *flags, abi, *_texts(recipe.wrapped_headers())))


def _wrapper_flags(variant: recipe.Variant) -> tuple[str, ...]:
    return (*recipe.WRAPPER_FLAGS, *variant.flags)


def _wrapped(library: Library, variant: recipe.Variant) -> Part:
    """The wrapper's object and `pjsua2.py`, from the cache or made by SWIG and the compiler."""
    part = _wrapper(library.key, variant)
    if part.folder.is_dir():
        return part
    headers = Path(sysconfig.get_paths()["include"])
    if not (headers / "Python.h").is_file():
        raise SetupFailed(f"Python's headers are missing ({headers}/Python.h). Install python3-dev.")
    part.log.unlink(missing_ok=True)
    with built_whole(part.folder) as work:
        interface, wrapper = work / "pjsua2.i", work / "pjsua2_wrap.cpp"
        interface.write_text(recipe.with_native(library.interface.read_text()))
        searched = [f"-I{folder}" for folder in (library.headers, library.interface.parent, recipe.NATIVE)]
        run_logged(["swig", *recipe.SWIG_FLAGS, *searched, "-o", str(wrapper), str(interface)], part.log)
        wrapper.write_text(recipe.with_qualified_types(wrapper.read_text()))
        flags = [*library.compiler_flags, f"-I{recipe.NATIVE}", f"-I{headers}", *_wrapper_flags(variant), _PLACELESS]
        run_logged(["g++", *flags, "-c", str(wrapper), "-o", str(work / part.object.name)], part.log)
        wrapper.unlink()
        _check_unchanged(part, _wrapper(library.key, variant))
    part.log.unlink(missing_ok=True)
    return part


def _check_unchanged(before: Part, after: Part) -> None:
    """Raise SetupFailed if what was compiled is no longer what the cache would keep it as."""
    if before != after:
        raise SetupFailed(f"sip/native was changed while {before.name} was compiled. Start again.")


def _texts(sources: Iterable[Path]) -> list[str]:
    return [f"{path.name}\n{path.read_text()}" for path in recipe.with_headers(sources)]
