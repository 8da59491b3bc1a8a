"""Where pjproject's source comes from: the user's own (PJPROJECT_SOURCE), the cache, or the distribution."""

from __future__ import annotations

import json
import re
import shutil
import tarfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from scripts.archive import PrivateApt, archive_uri
from scripts.cache import built_whole, cache_root, file_digest, key_of
from scripts.distribution import Distribution, this_distribution
from scripts.failure import SetupFailed
from scripts.progress import Progress, run_logged

OLDEST = (2, 15)
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
    """The source to build from. Needs the network only the first time, for the distribution's own."""
    if given:
        return own_source(given)
    distribution = this_distribution()
    folder = cache_root() / "sources" / f"{distribution.name}-{distribution.version}-{distribution.source_suite}"
    record = folder / "source.json"
    if not record.is_file():
        with progress.stage(f"Fetching pjproject's source from {distribution.origin} {distribution.source_suite}"):
            _fetch(distribution, folder)
    known = json.loads(record.read_text())
    check_version(known["version"], f"{distribution.origin} {distribution.source_suite}")
    return Source(str(folder / known["path"]), known["version"], known["digest"])


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


def _fetch(distribution: Distribution, folder: Path) -> None:
    log = cache_root() / "logs" / "pjproject-source.log"
    log.unlink(missing_ok=True)
    with built_whole(folder) as work:
        tarball = _download(distribution, work / "apt", log)
        kept = work / tarball.name
        tarball.rename(kept)
        shutil.rmtree(work / "apt")
        source = Source(kept.name, _version_in(kept), file_digest(kept))
        check_version(source.version, f"{distribution.origin} {distribution.source_suite}")
        (work / "source.json").write_text(json.dumps(asdict(source), indent=2))


def _download(distribution: Distribution, folder: Path, log: Path) -> Path:
    uri = archive_uri(distribution)
    apt = PrivateApt.prepare(
        folder, uri, distribution.source_suite, distribution.source_component, distribution.keyring
    )
    downloads = folder / "downloads"
    downloads.mkdir()
    _or_way_out(lambda: apt.update(log))
    _or_way_out(lambda: apt.download_source("asterisk", downloads, log))
    found = sorted(downloads.glob("*Xpjproject.tar.*"))
    tarballs = [path for path in found if not path.name.endswith(".asc")]
    if not tarballs:
        raise SetupFailed(
            f"the `asterisk` source package of {distribution.origin} {distribution.source_suite} "
            f"brings no pjproject tarball. {WAY_OUT}"
        )
    return tarballs[0]


def _or_way_out(step: Callable[[], None]) -> None:
    try:
        step()
    except SetupFailed as failure:
        raise SetupFailed(f"pjproject's source could not be fetched: {failure}\n{WAY_OUT}") from None


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
