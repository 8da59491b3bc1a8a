"""PgBouncer before a private PostgreSQL, in transaction mode, with fewer connections to it than it has clients."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from scripts.pgbouncer import LIBRARIES, PGBOUNCER, PROGRAM
from scripts.progress import Progress
from tests.peers.postgres import Postgres, as_unprivileged_owner
from tests.peers.waiting import eventually, within

PORT: Final = 6432
"""Of its socket's name in a folder of its own; nothing listens on the network."""
_START_S: Final = 10.0
_STOP_S: Final = 10.0
_SETTINGS: Final = """
[databases]
* = host={server} user=postgres

[pgbouncer]
unix_socket_dir = {folder}
listen_port = {port}
auth_type = any
pool_mode = transaction
default_pool_size = 3
max_client_conn = 200
idle_transaction_timeout = 3
query_timeout = 30
"""


@asynccontextmanager
async def pgbouncer(server: Postgres) -> AsyncIterator[Path]:
    """The folder of a running one's socket."""
    root = await asyncio.to_thread(PGBOUNCER.made, Progress())
    folder = Path(tempfile.mkdtemp(prefix="telefoon-pgb-"))
    try:
        # As root it does not run, and nobody else may look into root's cache.
        as_user = as_unprivileged_owner(folder)
        for each in (root / PROGRAM, *root.glob(str(LIBRARIES.parent / "*.so.*"))):
            shutil.copy(each, folder)
        for each in folder.iterdir():
            each.chmod(0o755)
        (folder / "pgbouncer.ini").write_text(_SETTINGS.format(server=server.folder, folder=folder, port=PORT))
        (folder / "pgbouncer.ini").chmod(0o644)  # whatever a test before has made of this process's umask
        with (folder / "log").open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                *as_user, folder / PROGRAM.name, folder / "pgbouncer.ini",
                stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log,
                env={"LD_LIBRARY_PATH": str(folder)}, cwd=folder,
            )  # fmt: skip
        try:
            await eventually(
                lambda: process.returncode is not None or (folder / f".s.PGSQL.{PORT}").exists(),
                within_s=_START_S,
                otherwise=(folder / "log").read_text,
            )
            assert process.returncode is None, (folder / "log").read_text()
            yield folder
        finally:
            if process.returncode is None:
                process.terminate()
                async with within(_STOP_S):
                    await process.wait()
    finally:
        shutil.rmtree(folder)


def by_way_of(folder: Path, url: str) -> str:
    """The URL of a database of the server as it is reached through the one that has its socket in the folder."""
    return f"{url.partition('?')[0]}?host={folder}&port={PORT}"
