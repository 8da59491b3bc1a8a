"""Whatever makes a thread, a pool of them or a process stands in the table of threads and processes, by its file."""

import ast
import re
from collections.abc import Iterator
from typing import Final

import pytest

from tests.unit.promises.pages import CHECKOUT, DOCS
from tests.unit.promises.sources import sources

pytestmark = pytest.mark.promise

MAKERS: Final = {
    "Thread", "Timer", "Process", "ThreadPoolExecutor", "ProcessPoolExecutor", "WorkerThread", "Popen",
    "create_subprocess_exec", "create_subprocess_shell", "fork", "posix_spawn",
}  # fmt: skip
"""Calls by their last name."""
MAKERS_OF: Final = {"subprocess": {"run", "call", "check_call", "check_output"}, "aiosqlite": {"connect"}}
"""Calls whose last name alone would tell too little, by their module."""
SPELT: Final = re.compile("|".join((*MAKERS, *MAKERS_OF)))
IN_NATIVE: Final = re.compile(r"\bstd::(thread|async)\b|\bpj_thread_create\b|\bpthread_create\b")
HEADING: Final = "## Threads and processes"


def makes_one(call: ast.Call) -> bool:
    """Whether a call makes a thread or a process."""
    match call.func:
        case ast.Attribute(ast.Name(module), name) if module in MAKERS_OF:
            return name in MAKERS_OF[module] | MAKERS
        case ast.Attribute(_, name) | ast.Name(name):
            return name in MAKERS
    return False


def calls_in(text: str) -> Iterator[ast.Call]:
    """Those in a file's text; none of one in which no name stands that a maker has, as in most."""
    if SPELT.search(text):
        yield from (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call))


def makers() -> list[str]:
    """Files of the product that make threads or processes."""
    found = [path for path in sources("*.py") if any(map(makes_one, calls_in(path.read_text("utf-8"))))]
    found += [path for path in sources("*.cpp") if IN_NATIVE.search(path.read_text("utf-8"))]
    return [path.relative_to(CHECKOUT).as_posix() for path in found]


def named() -> set[str]:
    """Files that the table names."""
    text = (DOCS / "architecture.md").read_text("utf-8")
    section = text.partition(f"{HEADING}\n")[2].partition("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("|")]
    return set(re.findall(r"`([\w/]+\.(?:py|cpp))`", "\n".join(rows)))


@pytest.mark.parametrize("file", makers())
def test_it_stands_in_the_table(file: str) -> None:
    assert file in named(), f"{file} makes a thread or a process: give it a row in docs/architecture.md, {HEADING!r}"


@pytest.mark.parametrize("file", sorted(named()))
def test_what_stands_in_the_table_is_there(file: str) -> None:
    assert (CHECKOUT / file).is_file()


@pytest.mark.parametrize(
    "statement",
    [
        "threading.Thread(target=work)",
        "Thread(target=work)",
        "concurrent.futures.ThreadPoolExecutor(4)",
        "subprocess.run(command)",
        "subprocess.Popen(command)",
        "asyncio.create_subprocess_exec(*command)",
    ],
)
def test_it_is_found_however_it_is_written(statement: str) -> None:
    [call] = [node for node in ast.walk(ast.parse(statement)) if isinstance(node, ast.Call)]

    assert makes_one(call)


def test_other_calls_are_none() -> None:
    [call] = [node for node in ast.walk(ast.parse("runner.run(work)")) if isinstance(node, ast.Call)]

    assert not makes_one(call)
