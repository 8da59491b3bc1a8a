"""Bans as a packet filter takes them. `nft -c -f` of nftables 1.0.6 takes what is written here."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

from engine.model.ban import BanReason, SourceBan
from engine.model.ban_export import lines, nftables_input

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
BANS = [
    SourceBan(ip_network(source), BanReason.INVITES, 1, NOW, NOW + timedelta(seconds=61.2))
    for source in ("198.51.100.7/32", "203.0.113.9/32", "2001:db8::/64")
]


def test_each_set_is_made_anew_with_elements_that_end_with_their_bans() -> None:
    assert nftables_input(BANS, NOW).splitlines() == [
        "add table inet telefoon_bans",
        "add set inet telefoon_bans banned4 { type ipv4_addr; flags interval, timeout; }",
        "flush set inet telefoon_bans banned4",
        "add element inet telefoon_bans banned4 { 198.51.100.7/32 timeout 62s, 203.0.113.9/32 timeout 62s }",
        "add set inet telefoon_bans banned6 { type ipv6_addr; flags interval, timeout; }",
        "flush set inet telefoon_bans banned6",
        "add element inet telefoon_bans banned6 { 2001:db8::/64 timeout 62s }",
    ]


def test_without_a_ban_the_sets_are_empty() -> None:
    assert [each.split()[0] for each in nftables_input([], NOW).splitlines()] == ["add", "add", "flush", "add", "flush"]


def test_for_others_there_is_one_network_a_line() -> None:
    assert lines(BANS) == "198.51.100.7/32\n203.0.113.9/32\n2001:db8::/64\n"
