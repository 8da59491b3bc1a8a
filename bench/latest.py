"""bench/results/latest.json: the rows of the newest run of each scenario, and the machine and revision they are of."""

import json
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from bench.rows import Row

RESULTS: Final = Path(__file__).with_name("results")
LATEST: Final = RESULTS / "latest.json"
_CHECKOUT: Final = Path(__file__).resolve().parents[1]


def machine() -> dict[str, Any]:
    """What the figures are of: revision, processors, memory, kernel, and how busy it was when the run began."""
    return {
        "revision": revision(),
        "cpu": _first_of(Path("/proc/cpuinfo"), "model name"),
        "cores": len(os.sched_getaffinity(0)),
        "memory_mib": int(_first_of(Path("/proc/meminfo"), "MemTotal").split()[0]) // 1024,
        "kernel": platform.release(),
        "architecture": platform.machine(),
        "python": platform.python_version(),
        "load_before": round(os.getloadavg()[0], 2),
    }


def save(rows: Sequence[Row], facts: Mapping[str, Any], *, path: Path = LATEST) -> None:
    """Put the rows in the place of older ones of the same scenarios; others stay, with the run that they are of."""
    measured = {"measured_at": datetime.now(UTC).isoformat(timespec="seconds"), **facts}
    fresh = {row.scenario for row in rows}
    kept = [each for each in _stored(path)["rows"] if each["scenario"] not in fresh]
    runs = {name: run for name, run in _stored(path)["runs"].items() if name not in fresh}
    whole = {
        "runs": runs | dict.fromkeys(sorted(fresh), measured),
        "rows": kept + [row.as_json() for row in rows],
    }
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(whole, indent=2) + "\n")


def load(path: Path = LATEST) -> tuple[list[Row], dict[str, dict[str, Any]]]:
    """All rows, and by scenario the run that they are of."""
    stored = _stored(path)
    return [Row.of_json(each) for each in stored["rows"]], stored["runs"]


def revision() -> str:
    """The revision of this checkout, short; with a plus sign where files differ from it."""
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty=+"], cwd=_CHECKOUT, capture_output=True, text=True, check=False
    )
    return described.stdout.strip() or "unknown"


def _stored(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {"runs": {}, "rows": []}
    stored: dict[str, Any] = json.loads(path.read_text())
    return stored


def _first_of(path: Path, name: str) -> str:
    lines = (line.partition(":") for line in path.read_text().splitlines())
    return next((value.strip() for key, _, value in lines if key.strip() == name), "unknown 0")
