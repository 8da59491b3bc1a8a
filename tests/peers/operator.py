"""An operator who types what docs/operations.md says, on machines that are folders here: one for each node."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tests.peers.platform import Platform
from tests.peers.postgres import Postgres
from tests.peers.terminal import Terminal
from tests.peers.tutorial import Tutorial

PAGE: Final = Path(__file__).parents[2] / "docs" / "operations.md"
_SERVICE: Final = "systemctl"
# One user does here what several do there, and files of two machines are on one.
_SHELL: Final = """\
set -a
runuser() { shift 3; "$@"; }
chown() { command chown "$(id -un):" "${@:2}"; }
scp() { cp --preserve "$@"; }
"""


class Operator:
    """Somebody at the machine of a node, whose PostgreSQL is on it too.

    `elsewhere` maps words of the page to what they are here: other machines, folders of backups.
    """

    def __init__(self, node: Platform, server: Postgres, elsewhere: Mapping[str, str]) -> None:
        self._node = node
        words = {
            **elsewhere,
            "/var/lib/telefoon": str(node.data),
            "/etc/telefoon": str(node.folder),
            "/var/run/postgresql": str(server.folder),
        }
        self._page = Tutorial(words, PAGE)
        self._terminal = Terminal(node.folder, node.environment | {"PGHOST": str(server.folder), "PGUSER": "postgres"})
        self._shell = f'{_SHELL}PATH="$PATH:{server.binaries}"\n'

    async def types(self, heading: str) -> str:
        """What the commands of a section print; systemd's part is done for it."""
        printed, block = "", list[str]()
        for typed in self._page.typed_under(heading):
            if not typed.command.startswith(_SERVICE):
                block.append(typed.command)
                continue
            printed += await self._typed(block)
            await (self._node.end() if typed.command.split()[1] == "stop" else self._node.start())
        return printed + await self._typed(block)

    async def types_line(self, heading: str, says: str) -> str:
        """What the commands of a section print that say something, alone."""
        return await self._typed([each.command for each in self._page.typed_under(heading) if says in each.command])

    async def _typed(self, block: list[str]) -> str:
        commands = "\n".join(block)
        block.clear()
        return await self._terminal.type(f"{self._shell}{commands}") if commands else ""
