"""Which addresses a node tells others of itself, whence Kamailio's lists are made."""

import pytest

from api.node.nodes import identity_of
from config.settings import Settings

PROXY = {"sip_proxies": ["10.0.0.1"]}
TOLD = [
    ({"sip_host": "10.0.0.5"}, "10.0.0.5:5060", ""),
    ({"sip_host": "10.0.0.5", "public_address": "203.0.113.7"}, "203.0.113.7:5060", ""),
    ({"sip_host": "10.0.0.5", "public_address": "203.0.113.7", **PROXY}, "10.0.0.5:5060", ""),
    ({"sip_host": "0.0.0.0", "public_address": "203.0.113.7", **PROXY}, "203.0.113.7:5060", ""),
    (
        {"sip_host": "10.0.0.5, fd00::5", "public_address": "203.0.113.7, 2001:db8::7", **PROXY},
        "10.0.0.5:5060",
        "[fd00::5]:5060",
    ),
]


@pytest.mark.parametrize(("settings", "sip", "over_ipv6"), TOLD)
def test_behind_a_proxy_a_node_is_reached_where_it_listens(
    settings: dict[str, object], sip: str, over_ipv6: str
) -> None:
    addresses = identity_of(Settings(**settings)).addresses  # type: ignore[arg-type]

    assert (addresses.sip, addresses.sip_over_ipv6) == (sip, over_ipv6)
