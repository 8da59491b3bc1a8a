"""The source of pjproject: the user's own (PJPROJECT_SOURCE), the cache, or the distribution."""

from __future__ import annotations

import json
import re
import shutil
import tarfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from scripts.archive import PrivateApt, archive_uri
from scripts.cache import built_whole, cache_root, file_digest, key_of
from scripts.distribution import Distribution, this_distribution
from scripts.failure import SetupFailed
from scripts.progress import Progress, run_logged

OLDEST = (2, 15)
TRIED = ("2.17",)
"""Versions that this telefoon was built with and tested on, the best first."""
VARIABLE = "PJPROJECT_SOURCE"
WAY_OUT = (
    f"Use a pjproject {OLDEST[0]}.{OLDEST[1]} or newer that you already have: set {VARIABLE} to its folder "
    f"or tarball, as in `{VARIABLE}=/path/to/pjproject-2.15.tar.gz make setup`."
)
_FIELD = re.compile(r"^export PJ_VERSION_(MAJOR|MINOR|REV|SUFFIX)\s*:?=[ \t]*(\S*)[ \t]*$", re.MULTILINE)
_PARTS = ("pjlib", "pjnath", "pjmedia", "pjsip", "pjsip-apps")


@dataclass(frozen=True, slots=True)
class Source:
    """A pjproject of a known version: an unpacked folder or a tarball, and what identifies its content."""

    path: str
    version: str
    digest: str


def parse_version(version_mak: str) -> str:
    """The version that pjproject's `version.mak` declares, such as "2.17" or "2.15.1".

    Raises SetupFailed if the text declares none.
    """
    found = dict(_FIELD.findall(version_mak))
    if not found.get("MAJOR") or not found.get("MINOR"):
        raise SetupFailed(f"this version.mak states no pjproject version. {WAY_OUT}")
    revision = f".{found['REV']}" if found.get("REV") else ""
    return f"{found['MAJOR']}.{found['MINOR']}{revision}{found.get('SUFFIX', '')}"


def check_version(version: str, origin: str) -> None:
    """Raise SetupFailed, naming the way out, if `version` (from `origin`) is older than 2.15."""
    numbers = tuple(int(number) for number in re.findall(r"\d+", version)[:2])
    if numbers < OLDEST:
        raise SetupFailed(
            f"{origin} has pjproject {version}; telefoon needs {OLDEST[0]}.{OLDEST[1]} or newer. {WAY_OUT}"
        )


def own_source(given: str) -> Source:
    """The source that the user names. Raises SetupFailed if it is not a pjproject, or too old."""
    path = Path(given).expanduser().resolve()
    if path.is_dir():
        version_file = path / "version.mak"
        if not version_file.is_file():
            raise SetupFailed(f"{VARIABLE}={given} is a folder without pjproject's version.mak. {WAY_OUT}")
        version, digest = parse_version(version_file.read_text()), _tree_digest(path)
    elif path.is_file():
        version, digest = _version_in(path), file_digest(path)
    else:
        raise SetupFailed(f"{VARIABLE}={given} does not exist. {WAY_OUT}")
    check_version(version, f"{VARIABLE}={given}")
    return Source(str(path), version, digest)


def find_source(given: str, progress: Progress) -> Source:
    """The source to build from: the user's own, a tried version that the cache has, or what the distribution has.

    Raises SetupFailed if there is none.
    """
    if given:
        return own_source(given)
    cached = best(cached_sources(cache_root()))
    if cached is not None and cached.version in TRIED:
        return cached
    source = _of_distribution(this_distribution(), cached, progress)
    if source.version not in TRIED:
        progress.note(f"pjproject {source.version} was not tried with this telefoon; {' and '.join(TRIED)} was.")
    return source


def best(sources: Iterable[Source]) -> Source | None:
    """A tried version before any other, the newest of the others; None of none."""

    def rank(source: Source) -> tuple[int, tuple[int, ...]]:
        tried = len(TRIED) - TRIED.index(source.version) if source.version in TRIED else 0
        return tried, tuple(int(number) for number in re.findall(r"\d+", source.version))

    return max(sources, key=rank, default=None)


def cached_sources(root: Path) -> list[Source]:
    """What was fetched before, each in a folder of its own."""
    records = [(path.parent, json.loads(path.read_text())) for path in sorted((root / "sources").glob("*/source.json"))]
    return [Source(str(folder / known["path"]), known["version"], known["digest"]) for folder, known in records]


def unpack(source: Source, into: Path, log: Path) -> None:
    """Put the source's files into the new folder `into`, without the archive's own top folder."""
    path = Path(source.path)
    if path.is_dir():
        shutil.copytree(path, into, symlinks=True, ignore=shutil.ignore_patterns(".git", "*.o", "*.a", "*.depend"))
        return
    holder = into.with_name(f"{into.name}.unpacking")
    holder.mkdir()
    run_logged(["tar", "-xf", str(path), "-C", str(holder)], log)
    top = next(holder.rglob("version.mak")).parent
    top.rename(into)
    shutil.rmtree(holder, ignore_errors=True)


def _of_distribution(distribution: Distribution, cached: Source | None, progress: Progress) -> Source:
    """A tried version if any suite has one, else the best that they or the cache have."""
    found = [cached] if cached is not None else []
    refusals = []
    for suite in distribution.source_suites:
        try:
            with progress.stage(f"Fetching pjproject's source from {distribution.origin} {suite}"):
                found.append(_fetched(distribution, suite))
        except SetupFailed as failure:
            refusals.append(f"{distribution.origin} {suite}: {failure}")
            continue
        if found[-1].version in TRIED:
            break
    source = best(found)
    if source is None:
        refused = "\n".join(refusals)
        raise SetupFailed(f"pjproject's source could not be fetched.\n{refused}\n{WAY_OUT}")
    return source


def _fetched(distribution: Distribution, suite: str) -> Source:
    log = cache_root() / "logs" / f"pjproject-source-{suite}.log"
    log.unlink(missing_ok=True)
    with TemporaryDirectory(prefix="telefoon-pjproject-") as work:
        tarball = _download(distribution, suite, Path(work), log)
        source = Source(tarball.name, _version_in(tarball), file_digest(tarball))
        check_version(source.version, f"{distribution.origin} {suite}")
        folder = cache_root() / "sources" / f"pjproject-{source.version}-{source.digest[:8]}"
        with built_whole(folder) as kept:
            shutil.move(tarball, kept / tarball.name)
            (kept / "source.json").write_text(json.dumps(asdict(source), indent=2))
    return Source(str(folder / tarball.name), source.version, source.digest)


def _download(distribution: Distribution, suite: str, folder: Path, log: Path) -> Path:
    uri = archive_uri(distribution)
    apt = PrivateApt.prepare(folder, uri, suite, distribution.source_component, distribution.keyring)
    downloads = folder / "downloads"
    downloads.mkdir()
    apt.update(log)
    apt.download_source("asterisk", downloads, log)
    found = sorted(downloads.glob("*Xpjproject.tar.*"))
    tarballs = [path for path in found if not path.name.endswith(".asc")]
    if not tarballs:
        raise SetupFailed("its `asterisk` source package brings no pjproject tarball.")
    return tarballs[0]


def _version_in(tarball: Path) -> str:
    try:
        with tarfile.open(tarball) as archive:
            for member in archive:
                if member.isfile() and member.name.count("/") <= 1 and member.name.endswith("version.mak"):
                    content = archive.extractfile(member)
                    if content is not None:
                        return parse_version(content.read().decode())
    except (tarfile.TarError, OSError, EOFError) as error:
        raise SetupFailed(f"{tarball} cannot be read as a tarball ({error}). {WAY_OUT}") from None
    raise SetupFailed(f"{tarball} holds no pjproject (no version.mak at its top). {WAY_OUT}")


def _tree_digest(folder: Path) -> str:
    entries = []
    for part in _PARTS:
        for path in sorted((folder / part).rglob("*")):
            if path.suffix in {".c", ".h", ".cpp", ".hpp", ".i", ".in", ".mak"} and path.is_file():
                facts = path.stat()
                entries.append(f"{path.relative_to(folder)} {facts.st_size} {facts.st_mtime_ns}")
    return key_of(*entries)
