"""Several processes on one database, and processes that die."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from engine.store.accounts import Accounts
from engine.store.call_filter import CallFilter
from engine.store.calls import Calls
from engine.store.database import Database
from engine.store.outbox import Outbox
from tests.unit.store.conftest import PEPPER
from tests.unit.store.samples import at

pytestmark = [pytest.mark.processes, pytest.mark.costly("several processes of the store run")]

CHECKOUT = Path(__file__).resolve().parents[3]


class Process:
    """A process that stores calls (writer_process.py)."""

    def __init__(self, url: str, account_name: str) -> None:
        self.child = subprocess.Popen(
            [sys.executable, "-m", "tests.unit.store.writer_process", url, account_name],
            cwd=CHECKOUT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def says(self) -> tuple[str, ...]:
        """The words of its next line; none when it has ended."""
        assert self.child.stdout is not None
        return tuple(self.child.stdout.readline().split())

    def go(self) -> None:
        """Let it open the database."""
        assert self.child.stdin is not None
        self.child.stdin.write("\n")
        self.child.stdin.flush()

    def kill(self) -> list[tuple[str, ...]]:
        """kill -9; what it had still said."""
        if self.child.returncode is not None:
            return []
        self.child.kill()
        said = list(iter(self.says, ()))
        self.child.communicate()
        return said


@pytest.fixture
def process(empty_url: str) -> Iterator[Callable[[str], Process]]:
    with ExitStack() as stack:

        def start(account_name: str) -> Process:
            started = Process(empty_url, account_name)
            stack.callback(started.kill)
            assert started.says() == ("loaded",)
            return started

        yield start


async def test_processes_that_open_a_new_database_at_once_all_succeed(
    empty_url: str, process: Callable[[str], Process]
) -> None:
    started = [process("demo") for _ in range(3)]

    for each in started:
        each.go()

    opened = [each.says() for each in started]
    assert [words[0] for words in opened] == ["opened"] * 3
    assert len({words[1] for words in opened}) == 1, "each made an account of the same name"
    assert [each.says()[0] for each in started] == ["added"] * 3


async def test_kill_9_loses_nothing_that_was_stored(empty_url: str, process: Callable[[str], Process]) -> None:
    writer = process("demo")
    writer.go()
    said = [writer.says() for _ in range(20)]

    said += writer.kill()

    db = await Database.open(empty_url)
    calls, outbox = Calls(db), Outbox(db, "node-1")
    account = await Accounts(db, PEPPER).by_name("demo")
    assert account is not None
    added = {words[1] for words in said if words[0] == "added"}
    noted = {words[1] for words in said if words[0] == "noted"}
    assert len(added) >= 9
    found, total = await calls.find(CallFilter(account.id), 1, 10_000)
    stored = {call.id for call in found}
    assert added <= stored
    # One more may have been stored in the moment between its commit and the word of it.
    assert total <= len(added) + 1
    assert {callback.call_id for callback in await outbox.due(at(60), 10_000)} == stored
    assert [len(await calls.events(call_id)) for call_id in noted] == [1] * len(noted)
    await db.close()
