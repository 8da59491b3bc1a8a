"""Where customers' URLs may lead: RFC 1918, 3927, 4193, 4291, 5735, 6598, 6890."""

import socket
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network

import pytest
from aiohttp.abc import ResolveResult
from yarl import URL

from engine.errors import EgressDenied, WebhookError
from engine.security.egress import Egress
from engine.security.guarded_resolver import GuardedResolver, Lookup
from engine.webhooks.client import WebhookClient
from tests.unit.webhooks.server import CustomerServer, a_call_of

INSIDE = [
    "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.9.9.9", "169.254.169.254", "172.16.0.1", "192.0.0.8",
    "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:a9fe:a9fe", "::127.0.0.1", "64:ff9b::7f00:1",
    "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::1", "fc00::1", "fd00:ec2::254", "fe80::1",
    "fe80::1%1", "fec0::1", "ff02::1",
]  # fmt: skip


def names(answers: Iterable[list[str]]) -> Lookup:
    """A name server that gives one answer after the other."""
    following = iter(answers)

    async def lookup(host: str, port: int, family: socket.AddressFamily) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=each, port=port, family=socket.AF_INET, proto=0, flags=0)
            for each in next(following)
        ]

    return lookup


@pytest.mark.parametrize("address", INSIDE)
def test_addresses_inside_are_not_public(address: str) -> None:
    assert not Egress().permits(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "193.0.6.139", "2a00:1450:4001::1", "::ffff:8.8.8.8"])
def test_public_addresses_are_permitted(address: str) -> None:
    assert Egress().permits(address)


def test_allowed_networks_are_permitted_also_as_ipv6_writes_them() -> None:
    egress = Egress([IPv4Network("10.0.0.0/8"), IPv6Network("fd00::/8")])
    assert egress.permits("10.1.2.3")
    assert egress.permits("::ffff:10.1.2.3")
    assert egress.permits("fd00::1")
    assert not egress.permits("127.0.0.1")


@pytest.mark.parametrize("text", ["", "localhost", "300.1.1.1", "127.1", "2130706433", "0x7f.1", "010.0.0.1"])
def test_what_is_no_address_is_not_permitted(text: str) -> None:
    assert not Egress().permits(text)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0/",
        "http://127.0.0.1./",
        "http://\uff11\uff12\uff17.0.0.1/",
        "http://\u2460\u2461\u2466.0.0.1/",
        "http://[fe80::1%251]/",
        "http:///path",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://public.example@127.0.0.1/",
        "http://127.0.0.1#@public.example/",
        "file:///etc/passwd",
        "gopher://public.example/",
        "ftp://public.example/",
    ],
)
async def test_urls_that_lead_inside_are_denied_before_anything_is_sent(url: str) -> None:
    client = WebhookClient(timeout_s=5)
    await client.start()
    try:
        with pytest.raises(WebhookError):
            await a_call_of(client).request(url, "POST", {})
        with pytest.raises(EgressDenied):
            Egress().check(URL(url))
    finally:
        await client.close()


async def test_names_that_lead_inside_are_denied() -> None:
    resolver = GuardedResolver(Egress(), names([["127.0.0.1", "10.0.0.1"]]))
    with pytest.raises(EgressDenied, match="TELEFOON_EGRESS_ALLOW"):
        await resolver.resolve("inside.example", 80)


async def test_of_a_names_addresses_only_the_permitted_are_used() -> None:
    resolver = GuardedResolver(Egress(), names([["127.0.0.1", "8.8.8.8"]]))
    assert [each["host"] for each in await resolver.resolve("mixed.example", 80)] == ["8.8.8.8"]


async def test_the_systems_own_name_for_loopback_is_denied() -> None:
    resolver = GuardedResolver(Egress())
    with pytest.raises(EgressDenied):
        await resolver.resolve("localhost", 80)
    await resolver.close()


async def test_hexadecimal_addresses_that_the_system_understands_are_denied() -> None:
    resolver = GuardedResolver(Egress())
    with pytest.raises(EgressDenied):
        await resolver.resolve("0x7f.1", 80)
    await resolver.close()


async def test_a_name_whose_answer_changes_after_a_check_gains_nothing(customer: CustomerServer) -> None:
    """DNS rebinding: the first answer is harmless, the second leads inside; each connection judges its own."""
    port = URL(customer.url).port
    customer.serves("/", "<Response/>")
    client = WebhookClient(
        timeout_s=5, allow=[IPv4Network("127.0.0.1/32")], lookup=names([["127.0.0.1"], ["127.0.0.2"]])
    )
    await client.start()
    try:
        await a_call_of(client).request(f"http://rebinding.example:{port}/", "POST", {})
        customer.asked.clear()
        other_port = f"http://rebinding.example:{(port or 0) ^ 1}/"  # a new connection, so a new resolution
        with pytest.raises(EgressDenied):
            await a_call_of(client).request(other_port, "POST", {})
        assert customer.asked == []
    finally:
        await client.close()


async def test_a_redirect_that_leads_inside_is_denied(customer: CustomerServer) -> None:
    secret = customer.serves("/secret", "<Response/>").replace("127.0.0.1", "127.0.0.2")
    url = customer.redirects("/", secret)
    client = WebhookClient(timeout_s=5, allow=[IPv4Network("127.0.0.1/32")])
    await client.start()
    try:
        with pytest.raises(EgressDenied):
            await a_call_of(client).fetch_document(url, "POST", {})
        assert [each.path for each in customer.asked] == ["/"]
    finally:
        await client.close()
