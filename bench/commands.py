"""What each command of `telefoon` costs to start: CPU of its whole process tree, by what Python itself costs.

    make bench-commands

Each command does its work on a migrated SQLite file with an account, a key and a number; those that ask a server are
run to the answer that there is none. A shared machine's CPU seconds vary with its neighbours, so beside each round of
the commands runs a Python that only imports asyncio and sqlite3, and what is compared is the ratio to it. Figures go to
bench/results/commands.json.
"""

import os
import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from bench.results import save

ROUNDS: Final = 15
PYTHON: Final = ("-c", "import asyncio, sqlite3")
TELEFOON: Final = ("-m", "api.cli")
NUMBER: Final = "+3225550100"
FLOW: Final = "<Response><Say>Good morning</Say></Response>"

READY: Final = ("numbers", "add", NUMBER, "--account", "demo")
COMMANDS: Final = (
    "--help", "version", "serve --help", "demo --help", "phone --help", "say --help", "doctor --help",
    "simulate flow.xml", "flow check flow.xml", "flow convert flow.xml",
    "numbers add +3225550101 --account demo", "numbers list", "numbers remove +3225550101",
    "accounts list", "accounts secret demo", "accounts options demo", "accounts beep demo",
    "accounts consent demo --consent both-parties",
    "keys create --account demo", "keys list", "keys revoke SK01",
    "audit verify", "audit export", "holds list", "holds set account --account demo --reason bench", "holds lift LH01",
    "retention show", "retention set recordings 30 --account demo", "retention sweep --dry-run",
    "privacy export +3225550199 -o flow.xml.zip", "webhooks list CA01", "webhooks verify --help",
    "voices list",
    "call +3225550199 --from +3225550100 --flow flow.xml", "events --help", "calls list", "conferences list",
    "queues list", "recordings list",
)  # fmt: skip


def cpu_s(arguments: Sequence[str], folder: Path, settings: Mapping[str, str]) -> float:
    """CPU seconds, user and system, of a Python and of all that it has waited for."""
    process = os.posix_spawn(
        sys.executable,
        (sys.executable, *arguments),
        {**os.environ, **settings, "PYTHONPATH": str(Path.cwd())},
        file_actions=[
            (os.POSIX_SPAWN_OPEN, number, str(folder / "said"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            for number in (1, 2)
        ],
    )
    _, _, used = os.wait4(process, 0)
    return used.ru_utime + used.ru_stime


def measured(folder: Path) -> dict[str, float]:
    """Figures by name: Python's best CPU seconds, and each command's best and median as multiples of Python's."""
    (folder / "telefoon.toml").touch()
    (folder / "flow.xml").write_text(FLOW)
    settings = {
        "TELEFOON_CONFIG": str(folder / "telefoon.toml"),
        "TELEFOON_DATA_DIR": str(folder / "var"),
        "TELEFOON_API_KEY": "SK" + "0" * 40,
        "TELEFOON_SERVER": "http://127.0.0.1:9",
    }
    cpu_s((*TELEFOON, *READY), folder, settings)
    python: list[float] = []
    commands: dict[str, list[float]] = {command: [] for command in COMMANDS}
    for _ in range(ROUNDS):
        python.append(cpu_s(PYTHON, folder, settings))
        for command, values in commands.items():
            arguments = command.replace("flow.xml", str(folder / "flow.xml")).split()
            values.append(cpu_s((*TELEFOON, *arguments), folder, settings))
    if "Traceback" in (folder / "said").read_text():
        raise RuntimeError((folder / "said").read_text())
    figures = {"python_best_s": round(min(python), 3), "python_median_s": round(statistics.median(python), 3)}
    for command, values in commands.items():
        figures[f"{command}: best"] = round(min(values) / min(python), 2)
        figures[f"{command}: median"] = round(statistics.median(values) / statistics.median(python), 2)
    return figures


def main() -> None:
    """Measure, print and save."""
    with tempfile.TemporaryDirectory() as folder:
        figures = measured(Path(folder))
    print(f"Python: {figures['python_best_s']} s at best, {figures['python_median_s']} s in the median")
    for command in COMMANDS:
        print(f"{figures[f'{command}: best']:6.2f} {figures[f'{command}: median']:6.2f}  {command}")
    print(f"Figures: {save('commands', figures)}")


if __name__ == "__main__":
    main()
