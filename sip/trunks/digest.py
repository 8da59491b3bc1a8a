"""Who calls, by user and password: challenges and their answers (RFC 3261 §22, RFC 7616, RFC 8760)."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final

from engine.model.trunk import Trunk
from sip.addresses import user_of
from sip.message import Message, unquoted
from sip.trunks.digest_nonces import DigestNonces

REALM: Final = "telefoon"

_SCHEME: Final = re.compile(r"\s*digest\s+", re.IGNORECASE)
_PARAMETER: Final = re.compile(r'([a-z]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^\s,"]+)\s*(?:,|$)', re.IGNORECASE)
_COUNT: Final = re.compile(r"[0-9a-f]{8}", re.IGNORECASE)
_NEEDED: Final = ("username", "nonce", "uri", "response", "cnonce")

_HASHES: Final[Mapping[str, Callable[[bytes], str]]] = MappingProxyType(
    {
        "SHA-256": lambda data: hashlib.sha256(data).hexdigest(),
        "MD5": lambda data: hashlib.md5(data, usedforsecurity=False).hexdigest(),
    }
)
"""The strongest first: the far end answers the first that it knows (RFC 8760 §2.3)."""


class DigestAnswer(Enum):
    """What a request says to a challenge of ours."""

    NOTHING = "nothing"
    LATE = "late"
    """The right password, but the challenge is over, was answered so already, or is not ours."""
    WRONGLY = "wrongly"
    RIGHTLY = "rightly"


@dataclass(frozen=True, slots=True)
class DigestVerdict:
    """What a request says, whose it is if that is right, and the nonce, still valid, that it answers if it is wrong."""

    answered: DigestAnswer
    trunk: Trunk | None = None
    nonce: str = ""


NOTHING_SAID: Final = DigestVerdict(DigestAnswer.NOTHING)


@dataclass(frozen=True, slots=True)
class DigestCredentials:
    """An Authorization that answers a challenge, by its parameters; `nc` is how often the nonce was used."""

    username: str
    nonce: str
    uri: str
    response: str
    cnonce: str
    nc: str
    algorithm: str

    def response_of(self, password: str, method: str) -> str:
        """The response of whoever has this password (RFC 7616 §3.4.1)."""
        hashed = _HASHES[self.algorithm]
        user = hashed(_bytes(f"{self.username}:{REALM}:{password}"))
        asked = hashed(_bytes(f"{method}:{self.uri}"))
        return hashed(_bytes(f"{user}:{self.nonce}:{self.nc}:{self.cnonce}:auth:{asked}"))


class DigestChallenges:
    """Makes challenges, and judges answers to them. Belongs to one thread."""

    def __init__(self, nonces: DigestNonces) -> None:
        self._nonces = nonces
        self._nobodys = secrets.token_hex(16)

    def challenge(self, verdict: DigestVerdict, trunks: Sequence[Trunk]) -> tuple[tuple[str, str], ...]:
        """The headers that ask whoever has said that for the user and the password of one of these trunks."""
        wanted = {name for trunk in trunks for name in trunk.digest_algorithms.names}
        # With another nonce some far ends, Asterisk among them, send the same password again, up to ten times.
        asked = f'Digest realm="{REALM}", nonce="{verdict.nonce or self._nonces.make()}", qop="auth"'
        again = ", stale=true" if verdict.answered is DigestAnswer.LATE else ""
        return tuple(("WWW-Authenticate", f"{asked}, algorithm={each}{again}") for each in _HASHES if each in wanted)

    def judge(self, message: Message, trunks: Sequence[Trunk]) -> DigestVerdict:
        """What a request answers, and which of the trunks has its user and password."""
        for given in credentials_in(message):
            if (trunk := trunk_of_credentials(given, message, trunks, self._nobodys)) is not None:
                fresh = self._nonces.spend(given.nonce, int(given.nc, 16))
                return DigestVerdict(DigestAnswer.RIGHTLY, trunk) if fresh else DigestVerdict(DigestAnswer.LATE)
        if not answers(message):
            return NOTHING_SAID
        valid = (each.nonce for each in credentials_in(message) if self._nonces.is_valid(each.nonce))
        return DigestVerdict(DigestAnswer.WRONGLY, nonce=next(valid, ""))


def trunk_of_credentials(
    given: DigestCredentials, message: Message, trunks: Sequence[Trunk], nobodys: str = ""
) -> Trunk | None:
    """The trunk that has this user and password; of a user that there is not, the password `nobodys` is tried."""
    method = message.start.partition(" ")[0]
    tried = [each for each in trunks if each.user == given.username and given.algorithm in each.digest_algorithms.names]
    passwords = [each.password for each in tried] or [nobodys]
    right = [hmac.compare_digest(_bytes(given.response_of(each, method)), _bytes(given.response)) for each in passwords]
    # Proxies may write the address otherwise, and some far ends (SIPp) sign the host alone; but nobody else is called
    # than who was signed.
    if user_of(given.uri) not in (user_of(message.request_uri), given.uri):
        return None
    return next((trunk for trunk, is_right in zip(tried, right, strict=False) if is_right), None)


def answers(message: Message) -> bool:
    """Whether a request answers a challenge of our realm, however it is written."""
    return any(each.get("realm") == REALM for each in _authorizations(message))


def credentials_in(message: Message) -> Iterator[DigestCredentials]:
    """The answers to challenges of ours that can be judged."""
    for given in _authorizations(message):
        algorithm, nc = given.get("algorithm", "MD5").upper(), given.get("nc", "")
        ours = given.get("realm") == REALM and given.get("qop") == "auth" and algorithm in _HASHES
        if ours and _COUNT.fullmatch(nc) and all(given.get(name) for name in _NEEDED):
            username, nonce, uri, response, cnonce = (given[name] for name in _NEEDED)
            yield DigestCredentials(username, nonce, uri, response.lower(), cnonce, nc, algorithm)


def _authorizations(message: Message) -> Iterator[Mapping[str, str]]:
    # Commas part parameters here, and not elements of a list (RFC 3261 §7.3.1).
    for name, value in message.headers:
        if name == "authorization" and (scheme := _SCHEME.match(value)) is not None:
            yield {found[1].lower(): unquoted(found[2]) for found in _PARAMETER.finditer(value[scheme.end() :])}


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", errors="surrogatepass")
