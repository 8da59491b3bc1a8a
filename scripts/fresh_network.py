"""This machine's way to the package archives, for a fresh root: apt's source, pip's settings, certificates, names."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from scripts.distribution import Distribution

PASSED_ON = re.compile(r"(?i)(pip_.*|.*_proxy|ssl_cert_(file|dir)|requests_ca_bundle|curl_ca_bundle)$")
"""Variables by which programs find proxies, indexes and certificates."""

_FILES = ("etc/resolv.conf", "etc/hosts", "etc/pip.conf", "etc/ssl/certs/ca-certificates.crt")
_FOLDERS = ("etc/xdg/pip", "root/.config/pip", "usr/local/share/ca-certificates")
_APT_CONFIGURATION = "etc/apt/apt.conf.d"
_APT_OPTION = re.compile(r"^\s*Acquire::", re.MULTILINE)


def give_network(root: Path, release: Distribution, uri: str) -> None:
    """Put the settings into the root, whose apt then knows one source: the release itself, at `uri`."""
    entry = {
        "Types": "deb deb-src",
        "URIs": uri,
        "Suites": release.codename,
        "Components": release.source_component,
        "Signed-By": release.keyring,
    }
    (root / "etc/apt/sources.list").unlink(missing_ok=True)
    (root / "etc/apt/sources.list.d/fresh.sources").write_text("".join(f"{name}: {it}\n" for name, it in entry.items()))
    for path in sorted((Path("/") / _APT_CONFIGURATION).glob("*")):
        if path.is_file() and _APT_OPTION.search(path.read_text(errors="replace")):
            shutil.copy(path, root / _APT_CONFIGURATION / path.name)
    for name in _FILES:
        if (Path("/") / name).is_file():
            shutil.copy(Path("/") / name, root / name)
    for name in _FOLDERS:
        if (Path("/") / name).is_dir():
            shutil.copytree(Path("/") / name, root / name, dirs_exist_ok=True)
    subprocess.run(["chroot", str(root), "apt-get", "-q", "update"], check=True, capture_output=True)


def pip_folders() -> tuple[str, ...]:
    """Folders of this machine that pip takes packages from; they must be seen in the root too."""
    told = subprocess.run(["pip", "config", "list"], capture_output=True, text=True, check=False).stdout
    return folders_in(told.splitlines())


def folders_in(lines: Iterable[str]) -> tuple[str, ...]:
    """The absolute folders that exist, in lines such as "global.find-links='/some/where'"."""
    found = (word.removeprefix("file://") for line in lines for word in re.split(r"[='\"\s]|\\n", line))
    return tuple(dict.fromkeys(word for word in found if word.startswith("/") and Path(word).is_dir()))
