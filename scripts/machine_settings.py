"""This machine's settings for fetching packages: settings of apt, pip and npm, proxies, certificates.

No host is named anywhere: the settings are found where those programs find them, and are copied as they are.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

_PASSED_ON = re.compile(
    r"(.*_proxy|PIP_.*|NPM_CONFIG_.*|NODE_EXTRA_CA_CERTS|SSL_CERT_.*|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE)", re.IGNORECASE
)
_APT_SETTINGS = re.compile(r"Acquire::(Check-Valid-Until|Check-Date|Max-FutureTime|Retries|https?::.*) ")
_ON_THIS_MACHINE = re.compile(r"(file://)?(/[^\s'\",;]+)")
_ADDRESS = re.compile(r"(?!file:)\b[a-z][a-z+.-]*://\S+")
_COPIED = ("/etc/resolv.conf", "/etc/hosts")
_OWN_CERTIFICATES = "/usr/local/share/ca-certificates"


def passed_on(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The variables that say how packages are fetched here."""
    return {name: value for name, value in environment.items() if _PASSED_ON.fullmatch(name)}


def apt_settings(dump: Iterable[str]) -> str:
    """Take the settings about fetching from what `apt-config dump` says: proxies, certificates and dates."""
    return "".join(f"{line.rstrip()}\n" for line in dump if _APT_SETTINGS.match(line))


def package_files(environment: Mapping[str, str] = os.environ) -> dict[Path, str]:
    """Settings files of pip and npm on this machine, each with where root's looks for it."""
    home = Path.home()
    places = {
        Path("/etc/xdg/pip/pip.conf"): "etc/xdg/pip/pip.conf",
        Path("/etc/pip.conf"): "etc/pip.conf",
        home / ".pip/pip.conf": "root/.pip/pip.conf",
        home / ".config/pip/pip.conf": "root/.config/pip/pip.conf",
        home / ".npmrc": "root/.npmrc",
    }
    named = environment.get("PIP_CONFIG_FILE", "")
    if named.startswith("/"):
        places[Path(named)] = named.lstrip("/")
    return {source: target for source, target in places.items() if source.is_file()}


def shown_paths(texts: Iterable[str], root: Path) -> tuple[Path, ...]:
    """What settings name on this machine, such as a folder of wheels, and `root` lacks."""
    found = dict.fromkeys(path for text in texts for path in _named(text))
    return tuple(path for path in found if path.exists() and not _inside(root, path).exists())


def copy_settings(root: Path) -> tuple[Path, ...]:
    """Give the new system in `root` this machine's settings; gives the paths that they name and it lacks."""
    for name in _COPIED:
        _inside(root, Path(name)).unlink(missing_ok=True)
        shutil.copyfile(name, _inside(root, Path(name)))
    dump = subprocess.run(["apt-config", "dump"], capture_output=True, text=True, check=True).stdout
    (root / "etc/apt/apt.conf.d/90fetching").write_text(apt_settings(dump.splitlines()))
    files = package_files()
    for source, target in files.items():
        (root / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, root / target)
    if Path(_OWN_CERTIFICATES).is_dir():
        shutil.copytree(_OWN_CERTIFICATES, _inside(root, Path(_OWN_CERTIFICATES)), dirs_exist_ok=True)
    return shown_paths([*passed_on().values(), *(path.read_text() for path in files)], root)


def _named(text: str) -> Iterator[Path]:
    for match in _ON_THIS_MACHINE.finditer(_ADDRESS.sub("", text)):
        path = Path(match[2])
        # The pages of an index link to files beside it.
        yield path.parent if match[1] and path.parent != Path("/") else path


def _inside(root: Path, path: Path) -> Path:
    return root / path.relative_to("/")
