"""The answer of a far end to a digest challenge, worked out from RFC 7616 and not from the product."""

import hashlib
import re
from typing import Final

from tests.peers.sip_message import SipMessage

_HASHES: Final = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}


def challenges(answer: SipMessage) -> list[dict[str, str]]:
    """The parameters of each WWW-Authenticate, in their order."""
    lines = [value for name, value in answer.headers if name.lower() == "www-authenticate"]
    return [dict(re.findall(r'(\w+)="?([^",]+)"?', line)) for line in lines]


def authorization(
    challenge: dict[str, str],
    uri: str,
    user: str,
    password: str,
    *,
    method: str = "INVITE",
    count: int = 1,
    cnonce: str = "0a4f113b",
) -> str:
    """The header that answers a challenge with qop auth."""
    hashed = _HASHES[challenge["algorithm"]]

    def digest(*parts: str) -> str:
        return hashed(":".join(parts).encode()).hexdigest()

    realm, nonce, nc = challenge["realm"], challenge["nonce"], f"{count:08x}"
    response = digest(digest(user, realm, password), nonce, nc, cnonce, "auth", digest(method, uri))
    return (
        f'Authorization: Digest username="{user}", realm="{realm}", nonce="{nonce}", uri="{uri}", '
        f'response="{response}", algorithm={challenge["algorithm"]}, cnonce="{cnonce}", qop=auth, nc={nc}'
    )
