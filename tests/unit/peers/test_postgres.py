"""What the tests' PostgreSQL leaves behind when its owner is killed."""

import os
from pathlib import Path

from tests.peers.postgres import remove_left_servers

LONG_AGO = 1_000_000_000
NOBODY = 1 << 30
"""Beyond every number that a process has."""


def a_folder(where: Path, name: str, process: int | None, *, old: bool = True) -> Path:
    """As a server has it that runs as this process."""
    folder = where / f"telefoon-pg-{name}"
    (folder / "data").mkdir(parents=True)
    if process is not None:
        (folder / "data" / "postmaster.pid").write_text(f"{process}\n/somewhere\n")
    if old:
        os.utime(folder, (LONG_AGO, LONG_AGO))
    return folder


def test_folders_of_servers_that_have_ended_are_removed_and_no_others(tmp_path: Path) -> None:
    a_folder(tmp_path, "killed", NOBODY)
    a_folder(tmp_path, "ended", None)
    runs, starts = a_folder(tmp_path, "runs", os.getpid()), a_folder(tmp_path, "starts", None, old=False)
    (another := tmp_path / "another").mkdir()

    remove_left_servers(tmp_path)

    assert set(tmp_path.iterdir()) == {runs, starts, another}
