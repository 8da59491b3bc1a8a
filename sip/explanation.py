"""What becomes of an INVITE before it is a call, by the rules that the user agent goes by, without one that runs."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from engine.diagnosis.invite import InviteDecision, InviteRule
from engine.model.trunk import Trunk
from sip.addresses import called_users
from sip.description import Carried, read_description
from sip.extensions import extensions_of
from sip.message import Message, parameters
from sip.requests import answer_to_invite
from sip.trunks.sources import Addresses, Network, address_in, allowed_networks, is_allowed, trunk_of_source

_NEEDED: Final = ("via", "from", "to", "call-id", "cseq")
_SENT_BY: Final = re.compile(r"\S+\s+(\[[^\]]+\]|[^\s:;]+)(?::(\d+))?")


def source_in(message: Message) -> str:
    """Where the first Via says that the message comes from, as "address:port"; empty where it does not say."""
    via = next(message.listed("via"), "")
    found = _SENT_BY.match(via)
    if found is None:
        return ""
    received = parameters(via.partition(";")[1] + via.partition(";")[2]).get("received", "")
    host = received or found[1]
    return f"{f'[{host}]' if ':' in host and not host.startswith('[') else host}:{found[2] or 5060}"


def message_decision(message: Message, carried: Carried, trunk: Trunk | None = None) -> InviteDecision:
    """Whether the message is an INVITE that can be taken, by the trunk if one is given."""
    whose = f"the trunk {trunk.name}" if trunk is not None and trunk.codecs else "TELEFOON_CODECS"
    carried = carried.among(trunk.codecs) if trunk is not None else carried
    method = message.start.partition(" ")[0]
    if method != "INVITE" or not message.request_uri:
        return InviteDecision(InviteRule.MESSAGE, f"this is no INVITE, but begins with {message.start[:40]!r}", 405)
    if missing := [name for name in _NEEDED if message.first(name) is None]:
        return InviteDecision(
            InviteRule.MESSAGE, f"it has no {missing[0].capitalize()}, without which nothing is a request", 400
        )
    described = message.content_type == "application/sdp" and message.body
    refusal = read_description(message.body, carried).refusal if described else None
    answer = answer_to_invite(message, refusal, extensions_of(trunk))
    if answer is not None:
        return InviteDecision(InviteRule.MESSAGE, answer.why or "a header is too long", answer.code)
    offered = f"offers a codec of {whose}" if described else "offers nothing, so we do"
    return InviteDecision(InviteRule.MESSAGE, f"it can be read, and {offered}")


def source_decision(source: str, trunk: Trunk | None, allow: Sequence[Network]) -> InviteDecision:
    """Whether who sends it may call, and which trunk the call belongs to. `source` is "address:port"."""
    if trunk is not None:
        return InviteDecision(
            InviteRule.SOURCE, f"{source} is an address of the trunk {trunk.name}, which takes the call"
        )
    if is_allowed(source, allowed_networks(allow)):
        by = "TELEFOON_SIP_ALLOW" if allow else "this machine, where nothing else is allowed"
        return InviteDecision(InviteRule.SOURCE, f"{source} is allowed by {by}, and is no trunk's address")
    detail = f"{source} is neither an address of a trunk that takes calls nor allowed by TELEFOON_SIP_ALLOW"
    return InviteDecision(InviteRule.SOURCE, detail, 403)


def called_numbers(message: Message, trunk: Trunk | None) -> Mapping[str, str]:
    """Whom it calls, in the first line and then in To: as written, and as its trunk's rule for numbers reads that."""
    return {user: user if trunk is None else trunk.received.read(user) for user in called_users(message)}


def trunk_of(message: Message, source: str, trunks: Sequence[Trunk], addresses: Addresses) -> Trunk | None:
    """The trunk that it comes from. `source` is "address:port"."""
    return trunk_of_source(trunks, addresses, address_in(source), called_users(message))
