"""Which SIP addresses a flow may dial."""

import socket

import pytest
from aiohttp.abc import ResolveResult

from engine.errors import EgressDenied, WebhookError
from engine.security.egress import Egress, host_of
from engine.security.guarded_resolver import GuardedResolver
from engine.security.sip_egress import SipEgress

PUBLIC, INNER = "93.184.216.34", "10.0.0.5"


def resolving(address: str | None) -> SipEgress:
    async def lookup(host: str, port: int, family: socket.AddressFamily) -> list[ResolveResult]:
        if address is None:
            raise OSError(2, "Name or service not known")
        return [ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)]

    return SipEgress(Egress(), GuardedResolver(Egress(), lookup))


@pytest.mark.parametrize(
    ("uri", "host"),
    [
        ("sip:desk@pbx.example", "pbx.example"),
        ("sips:desk@pbx.example:5061;transport=tls?x-a=b", "pbx.example"),
        ("sip:10.0.0.5", "10.0.0.5"),
        ("sip:a@b@c.example", "c.example"),
        ("sip:0902;phone-context=+32@pbx.example;user=phone", "pbx.example"),
        ("sip:public.example?a=b@pbx.example", "pbx.example"),
        ("sip:a@pbx.example?a=@public.example", "pbx.example"),
        ("sip:desk@[2001:db8::1]:5060", "2001:db8::1"),
    ],
)
def test_the_host_of_a_uri(uri: str, host: str) -> None:
    assert host_of(uri) == host


@pytest.mark.parametrize(
    "uri",
    ["sip:a@127.0.0.1", "sip:a@10.0.0.5:5060", "sip:a@169.254.169.254", "sip:a@[::1]", "sip:a@[::ffff:10.0.0.5]",
     "sip:a@2130706433", "sip:public.example@192.168.0.1", "sip:8.8.8.8;x@10.0.0.5",
     "sip:8.8.8.8?x@10.0.0.5", "sip:a@10.0.0.5?x=@8.8.8.8", "sip:", "sip:a@8.8.8.8;maddr=10.0.0.5",
     "sip:a@pbx.example;transport=tcp;MADDR=127.0.0.1", "sip:a@8.8.8.8;maddr=[::1]"],
)  # fmt: skip
async def test_inner_addresses_are_refused(uri: str) -> None:
    with pytest.raises(EgressDenied):
        await resolving(PUBLIC).check(uri)


async def test_a_name_is_judged_by_its_address() -> None:
    await resolving(PUBLIC).check("sip:desk@pbx.example")
    with pytest.raises(EgressDenied):
        await resolving(INNER).check("sip:desk@pbx.example")


async def test_a_name_that_leads_nowhere_is_told() -> None:
    with pytest.raises(WebhookError, match="has no address"):
        await resolving(None).check("sip:desk@nowhere.example")
