"""Imports point one way: api -> engine <- sip, tts; config is imported by all."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.promise

CHECKOUT = Path(__file__).resolve().parents[3]


def imported_by(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{name.name}" for name in node.names)


@pytest.mark.processes
def test_the_contracts_between_the_packages_are_kept() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]

    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_engine_knows_no_http_server() -> None:
    offenders = {
        str(path.relative_to(CHECKOUT))
        for path in (CHECKOUT / "engine").rglob("*.py")
        if any(name.startswith("aiohttp.web") for name in imported_by(path))
    }

    assert offenders == set()


def test_the_scripts_need_nothing_that_they_install() -> None:
    foreign = {
        f"{path.name}: {name}"
        for path in (CHECKOUT / "scripts").glob("*.py")
        for name in imported_by(path)
        if name.split(".")[0] not in {*sys.stdlib_module_names, "scripts"}
    }

    assert foreign == set()
