"""One request and what came of it, as it is written down for those who look into a call later."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from engine.model.callback import BodyFormat


class ExchangeKind(StrEnum):
    """The purpose of a webhook request."""

    DOCUMENT = "document"
    CALLBACK = "callback"
    MEDIA = "media"


@dataclass(frozen=True, slots=True)
class Owner:
    """The account, and the call or conference, on whose behalf a server is asked."""

    account_id: str
    call_id: str | None = None


@dataclass(frozen=True, slots=True)
class WebhookExchange:
    """One attempt at one URL; a redirect or a retry is another with the same `request_id` (their webhook-id).

    `form` are the body's parameters; `error` says why there was no usable answer; `retried_because` is the failure
    of the attempt before (ct, rt, 4xx, 5xx). `answer` is how the answer began. `warnings` are the mistakes in a call
    flow that were passed over, a line each. Hidden values are masked.
    """

    id: str
    request_id: str
    account_id: str
    call_id: str | None
    kind: ExchangeKind
    at: datetime
    method: str
    url: str
    form: Mapping[str, str]
    format: BodyFormat
    attempt: int
    latency_ms: int
    status: int | None = None
    error: str | None = None
    retried_because: str | None = None
    answer: str = ""
    warnings: str | None = None


Note = Callable[[WebhookExchange], None]
"""Takes an exchange to write it down; never waits and never fails."""


def nowhere(_: WebhookExchange) -> None:
    """Writes nothing down."""
