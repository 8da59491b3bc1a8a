"""The cost of starting each command of `telefoon`: CPU of its whole process tree, by what Python itself costs.

Each command does its work on a migrated SQLite file with an account, a key and a number; those that ask a server are
run to the answer that there is none. A shared machine's CPU seconds vary with its neighbours, so beside each round of
the commands runs a Python that only imports asyncio and sqlite3, and what is compared is the ratio to it.
"""

import asyncio
import os
import statistics
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.scenario import Place, Scenario

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


def cpu_s(arguments: Sequence[str], folder: Path, settings: Mapping[str, str], checkout: Path) -> float:
    """CPU seconds, user and system, of the checkout's Python and of all that it has waited for."""
    python = str(checkout / ".venv" / "bin" / "python")
    process = os.posix_spawn(
        python,
        (python, *arguments),
        {**os.environ, **settings, "PYTHONPATH": str(checkout)},
        file_actions=[
            (os.POSIX_SPAWN_OPEN, number, str(folder / "said"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            for number in (1, 2)
        ],
    )
    _, _, used = os.wait4(process, 0)
    return used.ru_utime + used.ru_stime


def measured(folder: Path, checkout: Path, rounds: int) -> dict[str, float]:
    """Python's best CPU seconds, and each command's best and median as multiples of Python's; `all` is of all."""
    (folder / "telefoon.toml").touch()
    (folder / "flow.xml").write_text(FLOW)
    settings = {
        "TELEFOON_CONFIG": str(folder / "telefoon.toml"),
        "TELEFOON_DATA_DIR": str(folder / "var"),
        "TELEFOON_API_KEY": "SK" + "0" * 40,
        "TELEFOON_SERVER": "http://127.0.0.1:9",
    }
    cpu_s((*TELEFOON, *READY), folder, settings, checkout)
    python: list[float] = []
    commands: dict[str, list[float]] = {command: [] for command in COMMANDS}
    for _ in range(rounds):
        python.append(cpu_s(PYTHON, folder, settings, checkout))
        for command, values in commands.items():
            arguments = command.replace("flow.xml", str(folder / "flow.xml")).split()
            values.append(cpu_s((*TELEFOON, *arguments), folder, settings, checkout))
    if "Traceback" in (folder / "said").read_text():
        raise RuntimeError((folder / "said").read_text())
    figures = {"python_best_s": round(min(python), 3), "python_median_s": round(statistics.median(python), 3)}
    for command, values in commands.items():
        figures[f"{command}: best"] = round(min(values) / min(python), 2)
        figures[f"{command}: median"] = round(statistics.median(values) / statistics.median(python), 2)
    return figures


@dataclass(frozen=True, slots=True)
class Starting:
    """The commands of a checkout."""

    place: Place

    async def measure(self, _: int) -> dict[str, float]:
        rounds = 1 if self.place.brief else ROUNDS
        figures = await asyncio.to_thread(measured, self.place.fresh("commands"), self.place.checkout, rounds)
        best = [value for name, value in figures.items() if name.endswith(": best")]
        return {"failed": 0, "all_best": statistics.mean(best), **figures}


@dataclass(frozen=True, slots=True)
class Commands:
    name: str = "ours"

    @asynccontextmanager
    async def running(self, place: Place) -> AsyncIterator[Starting]:
        yield Starting(place)


SCENARIOS: Final = (
    Scenario(
        "commands", "what each command costs to start, as a multiple of what Python itself costs",
        Commands(), None, (len(COMMANDS),), "all_best", scales=False, by_name_only=True, most_rounds=1,
        longest_s=1800,
    ),
)  # fmt: skip
