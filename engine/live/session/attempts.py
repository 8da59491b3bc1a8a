"""What a call keeps of each attempt to carry it, made of what its leg tells."""

from engine.model.call import Attempt
from engine.ports import HungUp, TrunkTried


def attempt_of_trunk(event: TrunkTried, called: str) -> Attempt:
    """An INVITE that was sent to a host of a trunk."""
    said = _said(event.sip_code, event.sip_reason, event.words)
    codes = (event.sip_code, event.sip_reason, event.q850_cause)
    return Attempt(event.via, called, said, *codes, event.ms, event.trunk, event.host)


def attempt_of_end(event: HungUp, via: str, called: str) -> Attempt:
    """The end of a leg that has not carried the call."""
    said = _said(event.sip_code, event.sip_reason, event.words)
    return Attempt(via, called, said, event.sip_code, event.sip_reason, event.q850_cause)


def _said(code: int | None, reason: str, words: str) -> str:
    answer = reason if code is None else f"{code} {reason}"
    return f"{answer} ({words})" if words else answer
