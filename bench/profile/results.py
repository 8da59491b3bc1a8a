"""bench/results/profile.json: the newest profile, and its section of docs/performance.md."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from bench.latest import RESULTS

PROFILE: Final = RESULTS / "profile.json"
THREADS_PICTURE: Final = "profile-threads"
PYTHON_PICTURE: Final = "profile-python"
_FUNCTIONS_NAMED: Final = 4


def save(profile: Mapping[str, Any], path: Path = PROFILE) -> None:
    """Write it in the place of the one before."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(profile, indent=2) + "\n")


def load(path: Path = PROFILE) -> dict[str, Any] | None:
    """The newest profile; None before the first."""
    if not path.exists():
        return None
    profile: dict[str, Any] = json.loads(path.read_text())
    return profile


def section(profile: Mapping[str, Any]) -> str:
    """A table of threads and two pictures, in Markdown."""
    head = (
        f"## Where the CPU goes\n\nMenus with our defaults, {profile['load']} calls at once: "
        f"{profile['cpu_ms_per_call_second']:.2f} ms of CPU a call-second. "
        f"Measured: {profile['measured_at']}, {profile['revision']}, {profile['cpu']}, {profile['cores']} cores; "
        "`make bench-profile` by perf (all threads) and py-spy (Python)."
    )
    rows = [
        f"| `{name}` | {_percent(thread['share'])} | {_largest(thread['functions'])} |"
        for name, thread in profile["threads"].items()
    ]
    table = "\n".join(["| thread | of all CPU | its largest functions, of all CPU |", "|---|---|---|", *rows])
    pictures = "\n\n".join(
        [
            f"![the largest functions of all threads](performance/{THREADS_PICTURE}.svg)",
            f"![the largest functions of ours in Python](performance/{PYTHON_PICTURE}.svg)",
        ]
    )
    return f"{head}\n\n{table}\n\n{pictures}"


def largest(profile: Mapping[str, Any], most: int) -> list[tuple[str, str, float]]:
    """The functions that take most of all CPU: thread, function, share."""
    every = [
        (name, function, share)
        for name, thread in profile["threads"].items()
        for function, share in thread["functions"].items()
    ]
    return sorted(every, key=lambda each: (-each[2], each[:2]))[:most]


def _largest(functions: Mapping[str, float]) -> str:
    named: Iterable[tuple[str, float]] = list(functions.items())[:_FUNCTIONS_NAMED]
    return ", ".join(f"`{name}` {_percent(share)}" for name, share in named)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
