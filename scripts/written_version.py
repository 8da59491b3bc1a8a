"""The version as setup.py has it written: read it, and write another."""

from __future__ import annotations

import re

from scripts.failure import SetupFailed

_LINE = re.compile(r'^(?P<before>    version=")(?P<version>[^"]*)(?P<after>",)$', re.MULTILINE)
_SEMANTIC = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")


def version_in(setup: str) -> str:
    """The version in the text of setup.py. Raises SetupFailed unless it stands there once."""
    return _only_line(setup)["version"]


def with_version(setup: str, version: str) -> str:
    """The text of setup.py with another version. Raises SetupFailed unless the text has one."""
    line = _only_line(setup)
    return f"{setup[: line.start()]}{line['before']}{version}{line['after']}{setup[line.end() :]}"


def numbers_of(version: str) -> tuple[int, int, int]:
    """Major, minor and patch number (Semantic Versioning 2.0.0, point 2). Raises SetupFailed for anything else."""
    found = _SEMANTIC.fullmatch(version)
    if found is None:
        raise SetupFailed(f"{version!r} is no version; write three numbers with points between, such as 1.2.3.")
    major, minor, patch = map(int, found.groups())
    return major, minor, patch


def _only_line(setup: str) -> re.Match[str]:
    lines = list(_LINE.finditer(setup))
    if len(lines) != 1:
        raise SetupFailed(f'setup.py has {len(lines)} lines such as `    version="1.2.3",`; there must be one.')
    return lines[0]
