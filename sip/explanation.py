"""What becomes of an INVITE before it is a call, by the rules that the user agent goes by, without one that runs."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from engine.diagnosis.invite import NO_ANSWER, InviteDecision, InviteRule
from engine.model.hosts import before_port
from engine.model.trunk import KnownBy, Trunk
from sip.addresses import called_users
from sip.config import SipConfig
from sip.description import Carried, read_description
from sip.extensions import extensions_of
from sip.message import Message, parameters
from sip.replaces import answer_to_malformed
from sip.requests import answer_to_invite
from sip.trunks.client_certificates import trunk_of_certificate
from sip.trunks.digest import answers, credentials_in, trunk_of_credentials
from sip.trunks.sources import (
    Addresses,
    Network,
    address_in,
    allowed_networks,
    is_allowed,
    is_asked,
    trunk_of_source,
)

_NEEDED: Final = ("via", "from", "to", "call-id", "cseq")
_SENT_BY: Final = re.compile(r"\S+\s+(\[[^\]]+\]|[^\s:;]+)(?::(\d+))?")


def source_in(message: Message) -> str:
    """Where the first Via says that the message comes from, as "address:port"; empty where it does not say."""
    via = next(message.listed("via"), "")
    found = _SENT_BY.match(via)
    if found is None:
        return ""
    received = parameters(via.partition(";")[1] + via.partition(";")[2]).get("received", "")
    return f"{before_port(received or found[1])}:{found[2] or 5060}"


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
    answer = answer_to_invite(message, refusal, extensions_of(trunk)) or answer_to_malformed(message)
    if answer is not None:
        return InviteDecision(InviteRule.MESSAGE, answer.why or "a header is too long", answer.code)
    offered = f"offers a codec of {whose}" if described else "offers nothing, so we do"
    return InviteDecision(InviteRule.MESSAGE, f"it can be read, and {offered}")


def origin_of(
    message: Message, source: str, certificate: str, trunks: Sequence[Trunk], addresses: Addresses, config: SipConfig
) -> tuple[Trunk | None, InviteDecision]:
    """The trunk that it comes from, and whether who sends it may call.

    `source` is "address:port"; `certificate` what its connection has shown over TLS, as PEM, empty if nothing.
    """
    by_tls, by_digest = _known_by(trunks, KnownBy.TLS), _known_by(trunks, KnownBy.DIGEST)
    users = called_users(message)
    trunk = trunk_of_certificate(by_tls, certificate, config.tls, users, datetime.now(UTC)) if certificate else None
    if trunk is not None:
        return trunk, _taken_by(trunk, f"its certificate is for a host of the trunk {trunk.name}")
    trunk = trunk_of_source(trunks, addresses, address_in(source), users)
    if trunk is not None:
        return trunk, _taken_by(trunk, f"{source} is an address of the trunk {trunk.name}")
    allowed = is_allowed(source, allowed_networks(config.allow))
    if is_asked(by_digest, addresses, source, allowed=allowed):
        return _asked(message, by_digest)
    decision = source_decision(source, config.allow, refused=config.strangers.are_refused)
    if decision.answer is not None and by_tls and not certificate:
        told = f"{decision.detail}; {_names(by_tls)} would be known by a certificate: give --certificate FILE"
        decision = replace(decision, detail=told)
    return None, decision


def _asked(message: Message, trunks: Sequence[Trunk]) -> tuple[Trunk | None, InviteDecision]:
    """Who it is by user and password; how old the challenge is that it answers can't be told of a text."""
    for given in credentials_in(message):
        if (trunk := trunk_of_credentials(given, message, trunks)) is not None:
            return trunk, _taken_by(trunk, f"it has the user and the password of the trunk {trunk.name}")
    if answers(message):
        return None, InviteDecision(InviteRule.SOURCE, f"it has not the user and the password of {_names(trunks)}", 401)
    told = f"it is asked for user and password, by which {_names(trunks)} would be known"
    return None, InviteDecision(InviteRule.SOURCE, told, 401)


def _taken_by(trunk: Trunk, why: str) -> InviteDecision:
    return InviteDecision(InviteRule.SOURCE, f"{why}, which takes the call")


def _known_by(trunks: Sequence[Trunk], known_by: KnownBy) -> Sequence[Trunk]:
    return [each for each in trunks if each.takes_calls and each.known_by is known_by]


def _names(trunks: Sequence[Trunk]) -> str:
    return " or ".join(f"the trunk {each.name}" for each in trunks)


def source_decision(source: str, allow: Sequence[Network], *, refused: bool) -> InviteDecision:
    """Whether who sends it may call although it is no trunk's.

    `source` is "address:port"; `refused` is whether strangers are answered at all.
    """
    if is_allowed(source, allowed_networks(allow)):
        by = "TELEFOON_SIP_ALLOW" if allow else "this machine, where nothing else is allowed"
        return InviteDecision(InviteRule.SOURCE, f"{source} is allowed by {by}, and is no trunk's address")
    detail = f"{source} is neither an address of a trunk that takes calls nor allowed by TELEFOON_SIP_ALLOW"
    return InviteDecision(InviteRule.SOURCE, detail, 403 if refused else NO_ANSWER)


def called_numbers(message: Message, trunk: Trunk | None) -> Mapping[str, str]:
    """Whom it calls, in the first line and then in To: as written, and as its trunk's rule for numbers reads that."""
    return {user: user if trunk is None else trunk.received.read(user) for user in called_users(message)}
