"""Where data may go: by listed host and network, unknown as outside."""

from ipaddress import IPv4Network

import pytest
from yarl import URL

from engine.errors import EgressDenied
from engine.security.egress import Egress
from engine.security.guarded_resolver import GuardedResolver
from engine.security.residency import Outside, Residency
from engine.security.sip_egress import SipEgress

COUNTRIES = {"customer.example": "be", "us.customer.example": "US", "10.1.0.0/16": "de", "10.1.2.0/24": "us"}
STRICT = Residency(frozenset({"be", "DE"}), COUNTRIES, Outside.REFUSE)


@pytest.mark.parametrize(
    ("host", "country", "inside"),
    [
        ("customer.example", "be", True),
        ("hooks.Customer.example.", "be", True),
        ("us.customer.example", "us", False),
        ("a.us.customer.example", "us", False),
        ("notcustomer.example", None, False),
        ("10.1.1.1", "de", True),
        ("10.1.2.3", "us", False),
        ("10.2.0.1", None, False),
        ("127.0.0.1", None, True),
        ("localhost", None, True),
    ],
)
def test_the_most_exact_that_is_listed_says_where(host: str, country: str | None, inside: bool) -> None:
    place = STRICT.place_of(host)
    assert (place.country, place.inside) == (country, inside)


def test_without_allowed_countries_everything_is_inside() -> None:
    assert Residency(frozenset(), COUNTRIES, Outside.REFUSE).place_of("anything.example").inside


def test_what_is_outside_is_refused_with_what_is_allowed() -> None:
    with pytest.raises(EgressDenied, match=r"us.customer.example is in US; allowed are BE, DE\."):
        STRICT.check("us.customer.example")
    with pytest.raises(EgressDenied, match="is in no listed country"):
        STRICT.check("other.example")


def test_or_only_warned_of() -> None:
    Residency(frozenset({"be"}), COUNTRIES, Outside.WARN).check("us.customer.example")


@pytest.mark.parametrize(
    ("url", "denied"), [("https://customer.example/", False), ("https://us.customer.example/", True)]
)
def test_a_webhooks_host_is_judged_before_it_is_asked(url: str, denied: bool) -> None:
    egress = Egress([IPv4Network("10.0.0.0/8")], STRICT)
    if not denied:
        egress.check(URL(url))
        return
    with pytest.raises(EgressDenied):
        egress.check(URL(url))


@pytest.mark.parametrize(("address", "denied"), [("10.1.1.1", False), ("10.1.2.3", True), ("10.9.9.9", True)])
async def test_a_name_that_is_not_listed_is_judged_by_its_address(address: str, denied: bool) -> None:
    async def lookup(host: str, port: int, _family: object) -> list[object]:
        return [{"hostname": host, "host": address, "port": port, "family": 2, "proto": 6, "flags": 0}]

    egress = Egress([IPv4Network("10.0.0.0/8")], STRICT)
    resolver = GuardedResolver(egress, lookup)  # type: ignore[arg-type]
    sip = SipEgress(egress, resolver)
    try:
        if denied:
            with pytest.raises(EgressDenied):
                await resolver.resolve("other.example", 443)
            with pytest.raises(EgressDenied):
                await sip.check("sip:ann@other.example")
        else:
            assert len(await resolver.resolve("other.example", 443)) == 1
            await sip.check("sip:ann@other.example")
    finally:
        await sip.close()


@pytest.mark.parametrize(
    ("host", "address", "permitted"),
    [
        ("customer.example", "10.1.2.3", True),
        ("carrier.example", "10.1.1.1", True),
        ("carrier.example", "10.1.2.3", False),
        ("carrier.example", "192.0.2.1", False),
    ],
)
def test_a_sip_host_may_be_called_at_addresses_of_allowed_countries(host: str, address: str, permitted: bool) -> None:
    egress = Egress([IPv4Network("10.0.0.0/8")], STRICT)

    assert SipEgress(egress, GuardedResolver(egress)).permits(host, address) is permitted
