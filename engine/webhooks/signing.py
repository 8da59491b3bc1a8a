"""Signatures by which a customer's server knows that a request is ours.

Two at once, so that the checks that servers have already work: the widespread one over URL and form
(`X-Twilio-Signature`), and Standard Webhooks (standardwebhooks.com), which covers the body and the time.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from engine.webhooks.request import WebRequest

URL_SIGNATURE: Final = "X-Twilio-Signature"
MESSAGE_ID: Final = "webhook-id"
MESSAGE_TIME: Final = "webhook-timestamp"
MESSAGE_SIGNATURE: Final = "webhook-signature"

PREFIX: Final = "whsec_"
_SECRET_BYTES: Final = 30
"""A multiple of three, so that its base64 needs no padding."""


class Keyring(Protocol):
    """The secrets that webhooks are signed with, by account."""

    async def secrets(self, account_id: str, /) -> Sequence[str]:
        """The secrets that are valid now, the newest first. Raises StoreError, SetupError."""
        ...


@dataclass(frozen=True, slots=True)
class OneSecret:
    """The keyring of who signs all with one secret, or nothing where that is empty."""

    secret: str = field(repr=False)

    async def secrets(self, account_id: str, /) -> Sequence[str]:
        del account_id
        return [self.secret] if self.secret else []


def new_secret() -> str:
    """One that nobody can guess, in the spelling of Standard Webhooks: whsec_ and base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def headers(valid: Sequence[str], request: "WebRequest", message_id: str, at: datetime) -> dict[str, str]:
    """All headers of a signed request; none without secrets."""
    if not valid:
        return {}
    seconds = int(at.timestamp())
    signatures = (message_signature(each, message_id, seconds, request.body) for each in valid)
    return {
        URL_SIGNATURE: url_signature(valid[0], request.requested_url, request.form),
        MESSAGE_ID: message_id,
        MESSAGE_TIME: str(seconds),
        MESSAGE_SIGNATURE: " ".join(signatures),
    }


def url_signature(secret: str, url: str, form: Mapping[str, str]) -> str:
    """HMAC-SHA1 over the URL and the form's names and values in the order of the names, in base64."""
    text = url + "".join(f"{name}{form[name]}" for name in sorted(form))
    return base64.b64encode(hmac.digest(secret.encode(), text.encode(), hashlib.sha1)).decode()


def message_signature(secret: str, message_id: str, seconds: int, body: bytes) -> str:
    """Standard Webhooks: v1 and HMAC-SHA-256 over id, time (Unix seconds) and body, in base64."""
    signed = f"{message_id}.{seconds}.".encode() + body
    return f"v1,{base64.b64encode(hmac.digest(_key(secret), signed, hashlib.sha256)).decode()}"


def _key(secret: str) -> bytes:
    """The bytes that the base64 after the prefix stands for; of a secret that is none, its own."""
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return secret.encode()
