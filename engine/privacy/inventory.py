"""What is stored where, of whom and for how long: the facts that docs/compliance/ is made of.

A test holds this against every table and column: a new one is not forgotten.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from engine.call_options import AccountOptions, CallOptions, NumberOptions
from engine.privacy.retention import Kept


class Whose(StrEnum):
    """Whom data is about."""

    CALLERS = "callers and called people"
    CUSTOMERS = "customers' staff (accounts)"
    OPERATORS = "operators"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Holding:
    """A table: `personal` columns tell of a person, `other` ones do not. `kept` is the kind of retention; without
    one `until` says when it goes."""

    purpose: str
    whose: Whose
    personal: tuple[str, ...]
    other: tuple[str, ...]
    kept: Kept | None = None
    until: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Files beside the database, in the data folder unless `path` is a URL."""

    path: str
    holds: str
    whose: Whose
    until: str


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _options_of_calls(*, personal: bool) -> tuple[str, ...]:
    return tuple(name for name, option in CallOptions.table().items() if option.personal is personal)


_ACCOUNT_LIFE: Final = "as long as the account"

HOLDINGS: Final[dict[str, Holding]] = {
    "accounts": Holding(
        "Whose calls, numbers and keys these are.", Whose.CUSTOMERS, _words("name"),
        (*_words("id created_at"), *AccountOptions.table()),
        until=_ACCOUNT_LIFE,
    ),
    "api_keys": Holding(
        "Who may use the REST interface; the keys themselves are hashed with the pepper.", Whose.CUSTOMERS,
        _words("last_used_at"), _words("id account_id digest hint created_at revoked_at scopes"), until=_ACCOUNT_LIFE,
    ),
    "account_secrets": Holding(
        "Signs webhooks; encrypted with a key made from the pepper.", Whose.NOBODY, (),
        _words("id account_id secret created_at expires_at"), until=_ACCOUNT_LIFE,
    ),
    "numbers": Holding(
        "Which number belongs to which account, and what answers calls to it.", Whose.CUSTOMERS,
        _words("e164 url fallback_url"),
        (*_words("id account_id created_at method fallback_method webhook_format"), *NumberOptions.table()),
        until="until the number is removed",
    ),
    "calls": Holding(
        "Carries calls, and bills them.", Whose.CALLERS,
        (*_words("from_ to start_time answer_time end_time url fallback_url flow sip_call_id sip_reason attempts"),
         *_options_of_calls(personal=True)),
        (*_words("id account_id direction status node parent_id sip_code q850_cause price price_unit"),
         *_options_of_calls(personal=False)),
        Kept.CALLS,
    ),
    "call_events": Holding(
        "Explains afterwards what happened on a call. Keys and spoken text only if set.", Whose.CALLERS,
        _words("at facts"), _words("id call_id kind"), Kept.EVENTS,
    ),
    "outbox": Holding(
        "Delivers status callbacks to customers' servers. Forms stay after delivery only if set.", Whose.CALLERS,
        _words("url form error"), _words("id call_id sequence method state attempts next_at settled_at"), Kept.OUTBOX,
    ),
    "webhook_exchanges": Holding(
        "The ledger of requests to customers' servers. Bodies only if set.", Whose.CALLERS,
        _words("at url form error answer"),
        _words("id request_id account_id call_id kind method format attempt latency_ms status retried_because"),
        Kept.WEBHOOKS,
    ),
    "conferences": Holding(
        "Rooms in which calls talk with each other; PINs are hashed. Name, options and PINs go, the rest stays.",
        Whose.CUSTOMERS, _words("friendly_name options"),
        _words("id account_id status date_created node max_participants record locked ended_at pin moderator_pin"),
        Kept.CALLS,
    ),
    "participants": Holding(
        "Who was in which conference, by call; a label goes with its call's number.", Whose.CALLERS,
        _words("joined_at left_at label"),
        _words("id conference_id call_id muted hold deaf coach said_volume heard_volume end_on_exit moderator"),
        Kept.CALLS,
    ),
    "recordings": Holding(
        "What is known of each recording; its sound is a sealed file, whose key is wrapped here.", Whose.CALLERS,
        _words("started_at ended_at path sha256"),
        _words("id account_id source status channels rate_hz lead_s node call_id conference_id seconds size_bytes "
               "error wrapped_key consent unwanted marks trim callback told_on object_url"),
        Kept.RECORDINGS,
    ),
    "object_moves": Holding(
        "Recordings on their way to the object store, and objects that are to be deleted there.", Whose.NOBODY, (),
        _words("recording_id account_id url node state since"), until="until it is done",
    ),
    "account_keys": Holding(
        "Wraps the keys of an account's recordings; itself wrapped in the master key.", Whose.NOBODY, (),
        _words("account_id master wrapped created_at"), until=_ACCOUNT_LIFE,
    ),
    "consents": Holding(
        "Shows who agreed to be recorded, or did not, to what words and how. Erasure leaves a pseudonym of the number.",
        Whose.CALLERS, _words("number at reference given_by given_at digit language wording"),
        _words("id account_id call_id conference_id policy basis given how wording_version offset_s"), Kept.CONSENTS,
    ),
    "consent_texts": Holding(
        "An account's own words about recording, with their versions.", Whose.NOBODY, (),
        _words("account_id sentence language version text created_at"), until=_ACCOUNT_LIFE,
    ),
    "queues": Holding(
        "Queues by account and name, which goes once nobody has waited for so long.", Whose.CUSTOMERS,
        _words("friendly_name"), _words("id account_id date_created"), Kept.CALLS,
    ),
    "queue_waits": Holding(
        "Waits, for figures; by call, without a number.", Whose.CALLERS, _words("entered_at left_at"),
        _words("id queue_id call_id priority result"), Kept.CALLS,
    ),
    "idempotency_keys": Holding(
        "Answers a repeated request as the first.", Whose.CALLERS, _words("key body location"),
        _words("account_id fingerprint created_at status"), until="24 hours",
    ),
    "audit": Holding(
        "Who did what. Numbers only as pseudonyms.", Whose.OPERATORS, _words("at actor object facts"),
        _words("sequence action previous hash"), Kept.AUDIT,
    ),
    "audit_head": Holding(
        "Where the audit log's chain ends.", Whose.NOBODY, (), _words("id sequence hash pruned pruned_hash"),
        until="always",
    ),
    "retention_periods": Holding(
        "An account's own periods.", Whose.NOBODY, (), _words("account_id kind days"), until=_ACCOUNT_LIFE,
    ),
    "legal_holds": Holding(
        "What may not be removed, and why.", Whose.OPERATORS, _words("reason set_by lifted_by"),
        _words("id account_id kind object set_at lifted_at"), until="always: a hold is lifted, not deleted",
    ),
}  # fmt: skip

PLACES: Final = (
    Place(
        "recordings/",
        "the sound of recordings, sealed unless recording_encryption is off",
        Whose.CALLERS,
        "with its row: retention, deletion or erasure",
    ),
    Place(
        "recording_store, if it is s3://…",
        "the same, once it was closed; then it is not in recordings/ any more",
        Whose.CALLERS,
        "with its row; where the store is away, as soon as it answers. A bucket that keeps versions keeps it",
    ),
    Place(
        "prompts-cache/", "what was spoken to callers, by a hash", Whose.CALLERS, "least used first; at each erasure"
    ),
    Place(
        "media-cache/", "audio files of customers, by a hash", Whose.CUSTOMERS, "media_cache_seconds; at each erasure"
    ),
    Place("voices/", "voices of Piper that were added", Whose.NOBODY, "until removed"),
    Place("decoder-scratch/, sip-scratch/, recognizer-scratch/", "work in progress", Whose.CALLERS, "within the call"),
    Place("master.key", "what the accounts' keys are wrapped in", Whose.NOBODY, "always; its owner alone reads it"),
    Place("pepper", "the key of hashes and pseudonyms", Whose.NOBODY, "always; its owner alone reads it"),
    Place("log_folder, if set", "identifiers, what went wrong; numbers masked", Whose.CALLERS, "keep_logs_days"),
    Place("telefoon.db", "the database, unless it is PostgreSQL", Whose.CALLERS, "as its tables"),
)
