"""A database whose answers take longer for a while, for those who are in the network with it."""

import time
from pathlib import Path

import pytest

from scripts.cluster.namespaces import Namespace, network
from scripts.cluster.postgres import Postgres, postgres
from tests.peers.cuts import slow_database

pytestmark = [pytest.mark.postgres, pytest.mark.processes]

SLOW_S = 0.5


@pytest.fixture
def reachable(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that PostgreSQL's user can reach, unlike those of tests."""
    folder = tmp_path_factory.mktemp("cluster")
    for each in (folder, *folder.parents[:3]):
        each.chmod(0o711)
    return folder


def seconds_of_a_query(database: Postgres, client: Namespace) -> float:
    """With a connection of its own."""
    began = time.monotonic()
    assert database.sql("SELECT 1", client) == "1\n"
    return time.monotonic() - began


def test_its_answers_take_longer_only_inside(reachable: Path) -> None:
    with network() as made, postgres(made.add(made.subnet.database), reachable / "postgres") as database:
        client = made.add(made.subnet.node(1))
        with slow_database(database, SLOW_S):
            slow = seconds_of_a_query(database, client)

        # psql waits for the server's greeting, and for the row.
        assert slow > 2 * SLOW_S
        assert database.sql("SELECT 1") == "1\n"
