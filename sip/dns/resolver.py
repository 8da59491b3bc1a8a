"""Asks the name servers of this machine, with dnspython, and /etc/hosts before them."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from engine.model.trunk import AddressFamily
from sip.dns.hosts_file import hosts_of_file
from sip.dns.records import NameServers, NaptrRecord, NoNameServer, Record, Records, SrvRecord

if TYPE_CHECKING:
    from dns.asyncresolver import Resolver
    from dns.resolver import Answer

ASKING_S: Final = 4.0
"""How long an answer is waited for, of all servers together."""
ATTEMPT_S: Final = 1.5
"""After how long a query is sent again, to the next server if there is one."""
LONGEST_ABSENCE_S: Final = 300.0
"""What does not exist may do so soon."""
LONGEST_S: Final = 86400.0
_KINDS: Final = {AddressFamily.IPV4: "A", AddressFamily.IPV6: "AAAA"}
HOSTS_FILE_S: Final = 60.0
"""After how long /etc/hosts is read again."""

HALF_KNOWN_S: Final = 30.0
"""After how long a name is asked for again of which the addresses of one IP version alone could be looked up."""

ServerAddress = tuple[str, int]
"""A name server's address and port."""


class DnsResolver(NameServers):
    """Lives in asyncio's thread. `family` is what this node speaks.

    Without `servers`, those of /etc/resolv.conf are asked.
    """

    def __init__(
        self,
        family: AddressFamily,
        *,
        servers: Sequence[ServerAddress] = (),
        hosts_file: Path = Path("/etc/hosts"),
    ) -> None:
        self._family = family
        self._servers = servers
        self._hosts_file = hosts_file
        self._resolver: Resolver | None = None

    def pinned(self, name: str) -> bool:
        return any(hosts_of_file(self._hosts_file, name, each) for each in AddressFamily.BOTH.versions)

    async def naptr(self, name: str) -> Records[NaptrRecord]:
        return await self._records(name, "NAPTR", _naptr)

    async def srv(self, name: str) -> Records[SrvRecord]:
        return await self._records(name, "SRV", _srv)

    async def addresses(self, name: str, family: AddressFamily) -> Records[str]:
        versions = [each for each in family.versions if self._family.has(each)]
        if written := [each for version in versions for each in hosts_of_file(self._hosts_file, name, version)]:
            return Records(tuple(written), HOSTS_FILE_S)
        asked = (self._records(name, _KINDS[version], _address) for version in versions)
        return _joined(await asyncio.gather(*asked, return_exceptions=True))

    async def _records(self, name: str, kind: str, read: Callable[[Any], Record]) -> Records[Record]:
        import dns.resolver

        try:
            answer = await self._ask(name, kind)
        except dns.resolver.NXDOMAIN as unknown:
            return Records((), _absence_s(unknown), exists=False)
        ttl_s = min(float(answer.chaining_result.minimum_ttl), LONGEST_S)
        if answer.rrset is None:
            return Records((), min(ttl_s, LONGEST_ABSENCE_S))
        return Records(tuple(read(each) for each in sorted(answer.rrset)), ttl_s)

    async def _ask(self, name: str, kind: str) -> "Answer":
        """Raises dns.resolver.NXDOMAIN where there is no such name, and NoNameServer."""
        import dns.exception
        import dns.resolver

        try:
            return await self._opened().resolve(
                name, kind, raise_on_no_answer=False, search="." not in name, lifetime=ASKING_S
            )
        except dns.resolver.NXDOMAIN:
            raise
        except dns.exception.Timeout:
            why = f"no name server answered within {ASKING_S:g} s."
        except (dns.exception.DNSException, OSError) as error:
            why = str(error)
        raise NoNameServer(f"{name} could not be looked up: {why}")

    def _opened(self) -> "Resolver":
        # Most nodes know their carriers by address: they need none of this.
        import dns.asyncresolver
        import dns.nameserver

        if self._resolver is None:
            self._resolver = dns.asyncresolver.Resolver(configure=not self._servers)
            self._resolver.timeout = ATTEMPT_S
            if self._servers:
                self._resolver.nameservers = [
                    dns.nameserver.Do53Nameserver(address, port) for address, port in self._servers
                ]
        return self._resolver


def _joined(answers: Sequence[Records[str] | BaseException]) -> Records[str]:
    """The addresses of all IP versions. Raises NoNameServer where none was found and one was not answered for."""
    known = [each for each in answers if isinstance(each, Records)]
    faults = [each for each in answers if isinstance(each, BaseException)]
    found = tuple(address for each in known for address in each.found)
    for fault in faults:
        if not found or not isinstance(fault, NoNameServer):
            raise fault
    ttls = [each.ttl_s for each in known] + [HALF_KNOWN_S] * len(faults)
    return Records(found, min(ttls, default=HALF_KNOWN_S), exists=not known or any(each.exists for each in known))


def _absence_s(unknown: Any) -> float:
    """Read for how long a name does not exist, as its zone says (RFC 2308)."""
    ttls = [response.resolve_chaining().minimum_ttl for response in unknown.responses().values()]
    return min([float(ttl) for ttl in ttls] + [LONGEST_ABSENCE_S])


def _naptr(record: Any) -> NaptrRecord:
    flags, service = (each.decode("ascii", "replace") for each in (record.flags, record.service))
    return NaptrRecord(record.order, record.preference, flags, service, _name(record.replacement))


def _srv(record: Any) -> SrvRecord:
    return SrvRecord(record.priority, record.weight, record.port, _name(record.target))


def _address(record: Any) -> str:
    return str(record.address)


def _name(given: Any) -> str:
    return str(given.to_text(omit_final_dot=True)).lower()
