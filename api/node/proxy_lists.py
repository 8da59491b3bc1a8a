"""Keeps the lists of the SIP proxy before the nodes as the database has them, and tells it what has changed."""

import asyncio
import json
import socket
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Final

from config.settings import Settings
from engine.errors import SetupError
from engine.model.proxy_lists import Network, nodes_list, sources_list
from engine.store.stores import Stores
from sip.config import from_settings
from sip.dns.server_names import server_names
from sip.trunks.sources import addresses_of
from sip.trunks.uris import hops_of

NODES_LIST: Final = "nodes.list"
SOURCES_LIST: Final = "sources.list"
_READ_AGAIN: Final = {NODES_LIST: "dispatcher.reload", SOURCES_LIST: "permissions.addressReload"}
"""What the proxy is asked for when a list has changed."""
_ANSWERS_WITHIN_S: Final = 2.0
_READABLE: Final = 0o644


class ProxyLists:
    """Belongs to asyncio's thread."""

    def __init__(
        self,
        stores: Stores,
        settings: Settings,
        folder: Path,
        told_at: Path | None,
        *,
        over_tls: bool = False,
        inside_ipv6: str = "",
    ) -> None:
        """`told_at` is the socket at which the proxy is told; without one it reads the lists at its next start.

        It speaks to nodes by UDP, or `over_tls`; over IPv6 too where it has an address for that, `inside_ipv6`.
        """
        self._stores = stores
        self._allowed: tuple[Network, ...] = tuple(settings.sip_allow)
        self._names = server_names(from_settings(settings).family)
        self._folder = folder
        self._told_at = told_at
        self._over_tls = over_tls
        self._inside_ipv6 = inside_ipv6
        self._told: dict[str, str] = {}

    async def keep(self) -> frozenset[str]:
        """Write the lists that have changed and tell the proxy; which they are. Raises SetupError, StoreError.

        An empty list of nodes is not written, since it would end all calls to come.
        """
        changed = {name: text for name, text in (await self._lists()).items() if self._told.get(name) != text}
        for name, text in changed.items():
            await asyncio.to_thread(self._write, name, text)
            if self._told_at is not None:
                await asyncio.to_thread(_tell, self._told_at, _READ_AGAIN[name])
            self._told[name] = text
        return frozenset(changed)

    async def _lists(self) -> Mapping[str, str]:
        banned = [each.source for each in await self._stores.bans.in_force(datetime.now(UTC))]
        lists = {SOURCES_LIST: sources_list([*self._allowed, *await self._of_trunks()], banned)}
        nodes = await self._stores.nodes.all()
        if listed := nodes_list(nodes, over_tls=self._over_tls, inside_ipv6=self._inside_ipv6):
            lists[NODES_LIST] = listed
        return lists

    async def _of_trunks(self) -> list[Network]:
        trunks = [each.trunk for each in await self._stores.trunks.all() if each.trunk.takes_calls]
        await self._names.use({hop for trunk in trunks for hop in hops_of(trunk)})
        await self._names.renew()
        addresses = addresses_of(trunks, self._names.located)
        return [ip_network(address) for each in addresses.values() for address in each]

    def _write(self, name: str, text: str) -> None:
        """Replace a list as a whole. Raises SetupError."""
        path, new = self._folder / name, self._folder / f".{name}.new"
        try:
            new.write_text(text)
            new.chmod(_READABLE)
            new.replace(path)
        except OSError as error:
            raise SetupError(f"{path} can't be written: {error.strerror}.") from None


def _tell(told_at: Path, method: str) -> None:
    """Ask the proxy for something, by JSON-RPC over datagrams. Raises SetupError where it does not do it."""
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as asking:
        asking.settimeout(_ANSWERS_WITHIN_S)
        try:
            asking.bind("")  # a name of the kernel's choice, so that there is an answer
            asking.sendto(json.dumps({"jsonrpc": "2.0", "method": method, "id": 1}).encode(), str(told_at))
            answer = json.loads(asking.recv(65536))
        except (OSError, ValueError) as error:
            raise SetupError(f"The proxy at {told_at} does not answer {method}: {error}") from None
    if "error" in answer:
        raise SetupError(f"The proxy does not do {method}: {answer['error'].get('message', answer['error'])}")
