"""What is wrong with a signed caller identity, and the SIP answer that says so."""

from enum import Enum


class IdentityFaultKind(Enum):
    """A kind of fault, with the code and the reason phrase that RFC 8224 §6.2.2 has for it."""

    MISSING = (428, "Use Identity Header")
    UNREACHABLE = (436, "Bad Identity Info")
    UNSUPPORTED = (437, "Unsupported Credential")
    INVALID = (438, "Invalid Identity Header")
    STALE = (403, "Stale Date")

    @property
    def sip_code(self) -> int:
        return self.value[0]

    @property
    def sip_reason(self) -> str:
        return self.value[1]


class IdentityFault(Exception):
    """The caller's identity is not proved; `words` is a sentence that says why."""

    def __init__(self, kind: IdentityFaultKind, words: str) -> None:
        super().__init__(words)
        self.kind = kind
        self.words = words
