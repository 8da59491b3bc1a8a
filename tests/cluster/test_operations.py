"""docs/operations.md, where it grows, backs up and restores: its commands, typed on machines that are folders.

One node on SQLite becomes two on PostgreSQL; what they have is saved and restored on another PostgreSQL.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.peers.audio import Sound
from tests.peers.operator import Operator
from tests.peers.phone import phone
from tests.peers.platform import Json, Platform, platform, settled
from tests.peers.ports import Ports
from tests.peers.postgres import Postgres, programs, running
from tests.peers.waiting import eventually

pytestmark = [pytest.mark.sip, pytest.mark.postgres, pytest.mark.slow]

CALLEE = "+3225550199"
CHECKOUT = Path(__file__).parents[2]
SHORT = "<Response><Pause length='2'/></Response>"


@pytest.fixture
def server() -> Iterator[Postgres]:
    """A PostgreSQL of its own, since the page names its owner and its database."""
    yield from own_server()


@pytest.fixture
def other_server() -> Iterator[Postgres]:
    yield from own_server()


def own_server() -> Iterator[Postgres]:
    binaries = programs()
    assert binaries is not None, "PostgreSQL is not installed; run: make setup"
    with running(binaries) as started:
        yield started


async def test_one_node_grows_to_two_and_both_are_restored_from_their_backup(
    tmp_path: Path, ports: Ports, server: Postgres, other_server: Postgres
) -> None:
    folders = {"/var/backups/telefoon": str(tmp_path / "backups"), "/mnt/safe/telefoon": str(tmp_path / "safe")}
    first_folder = tmp_path / "first"
    first_folder.mkdir()
    async with phone() as far_end:
        trunk = {"TRUNK": f"sip:127.0.0.1:{far_end.port}"}
        async with platform(first_folder, ports, trunk) as first:
            shutil.copy2(CHECKOUT / "config" / "telefoon.toml", first_folder)
            recorded = await recorded_call(first)
            second = machine(tmp_path / "second", ports, trunk, first.key)
            at_first = Operator(first, server, folders)
            copied = {"first:/var/lib/telefoon": str(first.data), "first:/etc/telefoon": str(first.folder)}
            at_second = Operator(second, server, {**copied, **folders})
            try:
                await at_first.types("The database")
                told = await at_first.types("Move")
                await at_second.types("The second node")

                assert "as they were read, value by value" in told
                assert "All rows are as they were written" in told
                await eventually(
                    lambda: second.states_of_nodes() == {"node-1": "serving", "node-2": "serving"},
                    within_s=10,
                    otherwise=lambda: str(second.states_of_nodes()),
                )
                assert not (first.data / "telefoon.db").exists()
                placed = await recorded_call(second)
                for node in (first, second):
                    assert {each["id"] for each in (await node.get("calls"))["calls"]} == {recorded["id"], placed["id"]}
                sound = await sound_of(first, recorded, tmp_path)

                await at_first.types_line("Back up", folders["/mnt/safe/telefoon"])
                await at_first.types("Backup of the whole")
            finally:
                await second.end()
        third = machine(tmp_path / "third", ports, trunk, first.key)
        shutil.copy2(first.folder / "telefoon.toml", third.folder / "telefoon.toml")
        moved_server(third.folder / "telefoon.toml", server, other_server)
        try:
            (backup,) = (tmp_path / "backups").iterdir()
            third.environment["backup"] = str(backup)
            at_third = Operator(third, other_server, folders)

            verified = await at_third.types("Restore of the whole")

            assert "All rows are as they were written" in verified
            assert await sound_of(third, recorded, tmp_path) == sound
            assert Sound.of_file(tmp_path / f"{recorded['recording']}.wav").seconds > 1
            assert (await third.get("calls"))["total"] == 2
            assert (await third.ended_call((await third.place(CALLEE, flow=SHORT))["id"]))["status"] == "completed"
        finally:
            await third.end()


def machine(folder: Path, ports: Ports, settings: dict[str, str], key: str) -> Platform:
    """A machine on which the node is installed and has nothing yet; the key is known to who asks it."""
    folder.mkdir()
    made = settled(folder, ports, settings)
    made.data.mkdir(mode=0o700)
    made.key = key
    return made


def moved_server(settings: Path, before: Postgres, after: Postgres) -> None:
    """Let the settings of a restored node name the machine of the other PostgreSQL."""
    settings.write_text(settings.read_text().replace(str(before.folder), str(after.folder)))


async def recorded_call(telefoon: Platform) -> Json:
    """A call that has ended, with the identifier of its recording."""
    placed = await telefoon.place(CALLEE, flow=SHORT, record=True)
    call = await telefoon.ended_call(placed["id"])
    assert call["status"] == "completed", call
    (recording,) = (await telefoon.get("recordings", call_id=placed["id"]))["recordings"]
    return {**call, "recording": recording["id"]}


async def sound_of(telefoon: Platform, call: Json, folder: Path) -> bytes:
    """The sound of a call's recording."""
    found, path = await telefoon.recording(folder, call_id=call["id"])
    assert found["id"] == call["recording"]
    return path.read_bytes()
