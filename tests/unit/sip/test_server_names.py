"""Names of hosts: which records lead where, for how long, and what /etc/hosts says before them."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from engine.model.trunk import AddressFamily, Transport
from sip.dns.host_addresses import HostAddresses
from sip.dns.hosts_file import hosts_of_file
from sip.dns.located import Hop, Located, Server, locate
from sip.dns.records import NameServers, NaptrRecord, NoNameServer, Records, SrvRecord
from sip.dns.resolver import HALF_KNOWN_S, DnsResolver
from sip.dns.server_names import ASK_AGAIN_S, ServerNames
from sip.trunks.uris import uri_hop
from tests.peers.name_server import name_server

NAME = "carrier.example"
HOP = Hop(NAME, None, Transport.UDP)


@dataclass(slots=True)
class Zone(NameServers):
    """Records by "TYPE name", with their TTL; the time of what there is not is 300 s."""

    records: dict[str, tuple[tuple[Any, ...], float]] = field(default_factory=dict)
    silent: bool = False
    unanswered: tuple[str, ...] = ()
    file: frozenset[str] = frozenset()

    def pinned(self, name: str) -> bool:
        return name in self.file

    async def naptr(self, name: str) -> Records[NaptrRecord]:
        return self._of(f"NAPTR {name}")

    async def srv(self, name: str) -> Records[SrvRecord]:
        return self._of(f"SRV {name}")

    async def addresses(self, name: str, family: AddressFamily) -> Records[str]:
        return self._of(f"A {name}")

    def _of(self, key: str) -> Records[Any]:
        if self.silent or key in self.unanswered:
            raise NoNameServer("nobody answers.")
        found, ttl_s = self.records.get(key, ((), 300.0))
        return Records(found, ttl_s, exists=bool(found))


def zone(records: Mapping[str, tuple[tuple[Any, ...], float]]) -> Zone:
    return Zone(dict(records))


@pytest.mark.parametrize(
    ("transport", "service"),
    [(Transport.UDP, "_sip._udp"), (Transport.TCP, "_sip._tcp"), (Transport.TLS, "_sips._tcp")],
)
async def test_each_transport_has_its_own_service(transport: Transport, service: str) -> None:
    asked = zone({f"SRV {service}.{NAME}": ((SrvRecord(1, 2, 5070, "a"),), 60), "A a": (("192.0.2.1",), 30)})

    found = await locate(Hop(NAME, None, transport), asked)

    assert found == Located((Server(("192.0.2.1",), 5070, 1, 2),), 30)


async def test_without_srv_the_names_own_address_serves_at_the_transports_port() -> None:
    asked = zone({f"A {NAME}": (("192.0.2.1",), 30)})

    ports = [(await locate(Hop(NAME, None, each), asked)).servers[0].port for each in Transport]

    assert ports == [5060, 5060, 5061]


async def test_a_port_that_is_written_asks_for_addresses_alone() -> None:
    asked = zone({f"SRV _sip._udp.{NAME}": ((SrvRecord(1, 2, 5070, "a"),), 60), f"A {NAME}": (("192.0.2.1",), 30)})

    assert (await locate(Hop(NAME, 5090, Transport.UDP), asked)).in_order(lambda: 0.5) == ["192.0.2.1:5090"]


async def test_of_naptr_the_lowest_order_of_our_transport_counts() -> None:
    asked = zone(
        {
            f"NAPTR {NAME}": (
                (
                    NaptrRecord(30, 1, "s", "SIP+D2U", "late"),
                    NaptrRecord(10, 1, "s", "SIPS+D2T", "other"),
                    NaptrRecord(20, 1, "S", "sip+d2u", "early"),
                ),
                10,
            ),
            "SRV early": ((SrvRecord(1, 1, 5070, "a"),), 60),
            "A a": (("192.0.2.1",), 60),
        }
    )

    found = await locate(HOP, asked)

    assert (found.in_order(lambda: 0.5), found.ttl_s) == (["192.0.2.1:5070"], 10)


async def test_a_name_server_that_is_silent_on_naptr_alone_is_no_hindrance() -> None:
    asked = zone({f"A {NAME}": (("192.0.2.1",), 30)})
    asked.unanswered = (f"NAPTR {NAME}",)

    assert (await locate(HOP, asked)).addresses == {"192.0.2.1"}


async def test_a_name_of_the_hosts_file_asks_no_name_server_for_services() -> None:
    asked = zone({f"A {NAME}": (("192.0.2.1",), 30)})
    asked.unanswered, asked.file = (f"NAPTR {NAME}", f"SRV _sip._udp.{NAME}"), frozenset({NAME})

    assert (await locate(HOP, asked)).in_order(lambda: 0.5) == ["192.0.2.1:5060"]


@given(priorities=some.lists(some.integers(0, 5), min_size=1, max_size=8), seed=some.randoms())
def test_no_server_comes_before_one_of_a_lower_priority_and_none_is_lost(priorities: list[int], seed: Any) -> None:
    servers = tuple(Server((f"192.0.2.{n}",), 5060, priority, n) for n, priority in enumerate(priorities))
    by_address = {f"192.0.2.{n}:5060": priority for n, priority in enumerate(priorities)}

    order = Located(servers, 60).in_order(seed.random)

    assert sorted(order) == sorted(by_address)
    assert [by_address[each] for each in order] == sorted(priorities)


async def test_a_name_is_asked_for_again_when_its_time_is_over_and_not_before() -> None:
    now = [0.0]
    asked = zone({f"A {NAME}": (("192.0.2.1",), 30)})
    names = ServerNames(asked, lambda: now[0])
    await names.use({HOP, Hop("192.0.2.9", None, Transport.UDP)})

    asked.records[f"A {NAME}"] = (("192.0.2.2",), 30)
    now[0] = 29.9
    assert not await names.renew()
    now[0] = 30
    assert await names.renew()

    assert {hop: found.addresses for hop, found in names.all().items()} == {HOP: {"192.0.2.2"}}


async def test_what_was_known_is_kept_while_nobody_answers_and_asked_for_again_soon() -> None:
    now = [0.0]
    asked = zone({f"A {NAME}": (("192.0.2.1",), 30)})
    names = ServerNames(asked, lambda: now[0])
    await names.use({HOP})

    asked.silent, now[0] = True, 30
    assert not await names.renew()
    asked.silent = False
    asked.records[f"A {NAME}"] = (("192.0.2.2",), 30)
    now[0] += ASK_AGAIN_S

    assert await names.renew()


async def test_a_name_that_is_let_go_of_while_it_is_looked_up_stays_unknown() -> None:
    going = asyncio.Event()

    class Slow(Zone):
        async def naptr(self, name: str) -> Records[NaptrRecord]:
            await going.wait()
            return await Zone.naptr(self, name)

    names = ServerNames(Slow(), lambda: 0.0)
    looking = asyncio.create_task(names.use({HOP}))
    await asyncio.sleep(0)
    await names.use(())
    going.set()
    await looking

    assert names.all() == {}


async def test_of_both_versions_what_is_known_counts_and_what_nobody_answered_for_is_asked_again_soon(
    tmp_path: Path,
) -> None:
    async with name_server(f"{NAME} 600 IN A 192.0.2.1", f"{NAME} 600 IN AAAA 2001:db8::1") as server:
        asked = DnsResolver(AddressFamily.BOTH, servers=[server.address], hosts_file=tmp_path / "none")
        both = await locate(Hop(NAME, 5070, Transport.UDP), asked)
        server.mute = "AAAA"
        half = await locate(Hop(NAME, 5070, Transport.UDP), asked)
        with pytest.raises(NoNameServer):
            await locate(Hop(NAME, 5070, Transport.UDP, AddressFamily.IPV6), asked)

    assert (both.in_order(lambda: 0.5), both.ttl_s) == (["[2001:db8::1]:5070", "192.0.2.1:5070"], 600)
    assert (half.in_order(lambda: 0.5), half.ttl_s) == (["192.0.2.1:5070"], HALF_KNOWN_S)


class Own:
    """A machine that has one address of each name."""

    async def addresses(self, host: str) -> frozenset[str]:
        return frozenset({"192.0.2.1"})


async def test_a_host_leads_to_its_own_address_and_to_all_servers_that_it_names_for_sip() -> None:
    srv = {
        "SRV _sip._tcp.other.example": ((SrvRecord(1, 1, 5060, "sbc.carrier.example"),), 60.0),
        "A sbc.carrier.example": (("192.0.2.7",), 60.0),
        "A other.example": (("192.0.2.1",), 60.0),
    }
    hosts = HostAddresses(Own(), ServerNames(zone(srv), lambda: 0.0))

    assert await hosts.addresses("other.example") == {"192.0.2.1", "192.0.2.7"}


async def test_of_a_trunks_host_it_is_known_where_it_leads_without_asking_again() -> None:
    asked = zone(
        {
            f"SRV _sip._udp.{NAME}": ((SrvRecord(1, 1, 5060, "sbc.example"),), 60.0),
            "A sbc.example": (("192.0.2.7",), 60.0),
        }
    )
    names = ServerNames(asked, lambda: 0.0)
    await names.use({HOP})
    asked.silent = True

    assert await HostAddresses(Own(), names).addresses(NAME) == {"192.0.2.1", "192.0.2.7"}
    assert await HostAddresses(Own(), names).addresses("unknown.example") == {"192.0.2.1"}
    assert await HostAddresses(Own(), names).addresses("192.0.2.1") == {"192.0.2.1"}


def test_the_hosts_file_is_read_as_the_system_reads_it(tmp_path: Path) -> None:
    file = tmp_path / "hosts"
    file.write_text(
        "127.0.0.1 localhost\n192.0.2.1\tPBX.example pbx # ours\n#192.0.2.2 pbx\n2001:db8::1 pbx\nodd pbx\n"
    )

    assert hosts_of_file(file, "pbx", AddressFamily.IPV4) == ("192.0.2.1",)
    assert hosts_of_file(file, "pbx", AddressFamily.IPV6) == ("2001:db8::1",)
    assert hosts_of_file(file, "pbx.EXAMPLE.", AddressFamily.IPV4) == ("192.0.2.1",)
    assert hosts_of_file(tmp_path / "none", "pbx", AddressFamily.IPV4) == ()


@pytest.mark.parametrize(
    ("uri", "hop"),
    [
        ("sip:a@Carrier.example", Hop(NAME, None, Transport.UDP)),
        ("sip:a@carrier.example:5080;transport=TCP?x=y", Hop(NAME, 5080, Transport.TCP)),
        ("sips:carrier.example", Hop(NAME, None, Transport.TLS)),
        ("sip:a@[2001:db8::1]:5080", Hop("2001:db8::1", 5080, Transport.UDP)),
        ("sip:a@b.example;maddr=192.0.2.1", Hop("192.0.2.1", None, Transport.UDP)),
    ],
)
def test_an_address_says_by_which_name_port_and_transport_it_is_found(uri: str, hop: Hop) -> None:
    assert uri_hop(uri) == hop
