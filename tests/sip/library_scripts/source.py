"""The library's own tests, from its source in the cache."""

import tarfile
from pathlib import Path

import pytest

from scripts.cache import cache_root
from scripts.pjproject_source import best, cached_sources


def folder_of_tests(into: Path) -> Path:
    """Unpack its folder tests/pjsua; the test is skipped where the cache has no tarball."""
    source = best(cached_sources(cache_root()))
    if source is None or not tarfile.is_tarfile(source.path):
        pytest.skip("the cache has no source of the library; PJPROJECT_SOURCE was taken instead")
    with tarfile.open(source.path) as archive:
        archive.extractall(into, [each for each in archive if "/tests/pjsua/" in each.name], filter="data")
    return next(into.glob("*/tests/pjsua"))
