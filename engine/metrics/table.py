"""Every metric of a node: name, kind, unit, help and labels. GET /metrics shows them, docs/operations.md lists them.

What happens to calls is measured as the row says, all else that happens is counted where it happens, both through
`Meters` (engine/metrics/meters.py); how things stand is read when somebody asks (api/node/metrics.py). A label has a
closed set of values, none of which tells of a person.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import Final

from engine.model.ban import BanReason, TurnedAwayReason
from engine.model.call import FINAL, Call, Direction, Event
from engine.model.call_policy import PolicyRule
from engine.model.webhook_exchange import ExchangeKind


class MetricKind(StrEnum):
    """The kind of a metric for Prometheus: a counter only grows, a gauge comes and goes, a histogram has buckets."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


class WebhookOutcome(StrEnum):
    """The outcome of one attempt at a customer's server: the class of its HTTP status, or why that tells nothing."""

    INFORMATION = "1xx"
    SUCCESS = "2xx"
    REDIRECT = "3xx"
    REFUSED = "4xx"
    FAILED = "5xx"
    UNUSABLE = "unusable"
    """Answered with 2xx, but with nothing that we could use."""
    NO_ANSWER = "no-answer"

    @classmethod
    def of(cls, status: int | None, error: str | None) -> "WebhookOutcome":
        """The outcome for an HTTP status, or for what was wrong; an unknown status is a server's failure."""
        if status is None:
            return cls.NO_ANSWER
        if error is not None and status // 100 == 2:
            return cls.UNUSABLE
        return next((each for each in cls if each.value == f"{status // 100}xx"), cls.FAILED)


class HttpClosing(StrEnum):
    """Why a connection to the REST interface was refused or cut, where it did not end by itself."""

    ADDRESS = "address"
    """Its address has as many as it may."""
    FULL = "full"
    """All are taken, by clients that are being answered."""
    ROOM = "room"
    """It waited without a request, and made room for another."""
    HEAD = "head"
    """A request's head did not come in time."""
    READER = "reader"
    """Its client did not take what was sent."""


@dataclass(frozen=True, slots=True)
class CallStep:
    """A step in a call's life: the event, the call after it, and the seconds since the call's beginning."""

    event: Event
    call: Call
    since_s: float


MeasuredOfCall = Callable[[CallStep], float | None]
"""The figure that a step of a call adds to a metric; None for nothing."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """A metric as Prometheus shows it. `labels` give the values of each label, `buckets` a histogram's upper bounds.

    The name ends with the unit, if there is one, and a counter's then with "_total". `of_call` gives what a step of a
    call adds to it, None for nothing; the labels are then fields of the call.
    """

    name: str
    kind: MetricKind
    help: str
    unit: str = ""
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    buckets: tuple[float, ...] = ()
    of_call: MeasuredOfCall | None = None


def _values(words: type[StrEnum] | frozenset[str]) -> tuple[str, ...]:
    return tuple(sorted(words))


def _seconds_until(event: Event) -> MeasuredOfCall:
    return lambda step: step.since_s if step.event is event else None


_DIRECTION: Final = {"direction": _values(Direction)}
_UNTIL_IT_RINGS: Final = (0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 20)
_UNTIL_THE_ANSWER: Final = (1, 2, 5, 10, 15, 20, 30, 45, 60, 120)


class Metric(Enum):
    """All there are; a value is its declaration."""

    CALLS_ENDED = Declaration(
        "telefoon_calls_total",
        MetricKind.COUNTER,
        "Calls that have ended.",
        labels={**_DIRECTION, "status": _values(FINAL)},
        of_call=lambda step: 1 if step.call.ended else None,
    )
    CALLS_REFUSED = Declaration(
        "telefoon_calls_refused_total",
        MetricKind.COUNTER,
        "Calls that were refused with 503 because the node had too much to do or no room, or was stopping.",
        labels=_DIRECTION,
    )
    CALLS_REFUSED_BY_POLICY = Declaration(
        "telefoon_calls_refused_by_policy_total",
        MetricKind.COUNTER,
        "Calls that a call policy did not allow, by its rule.",
        labels={**_DIRECTION, "rule": _values(PolicyRule)},
    )
    CALLS_ENDED_BY_POLICY = Declaration(
        "telefoon_calls_ended_by_policy_total",
        MetricKind.COUNTER,
        "Calls that a call policy has ended, by its rule: the longest call, and minutes and euros that were used up.",
        labels={"rule": _values(PolicyRule)},
    )
    CALL_ROOM = Declaration(
        "telefoon_calls_room",
        MetricKind.GAUGE,
        "More calls that there is room for: pairs of RTP ports, mostly, or less.",
    )
    NODES_SERVING = Declaration(
        "telefoon_nodes_serving",
        MetricKind.GAUGE,
        "Nodes of this database that hold their leases and take calls, as this one saw them last; itself included.",
    )
    NODE_LEASE_AGE = Declaration(
        "telefoon_node_lease_age_seconds",
        MetricKind.GAUGE,
        "How long ago this node has renewed its lease; from half of it on, others may be about to close its calls.",
        unit="seconds",
    )
    STRANGE_PACKETS = Declaration(
        "telefoon_strange_packets_total",
        MetricKind.COUNTER,
        "Packets of RTP and RTCP to calls that have ended, of others than the far end; nothing was done with them.",
    )
    CALLS_LIVE = Declaration("telefoon_calls_live", MetricKind.GAUGE, "Calls in progress, those that ring included.")
    POST_DIAL_DELAY = Declaration(
        "telefoon_post_dial_delay_seconds",
        MetricKind.HISTOGRAM,
        "From a call's beginning to its first ringing; inbound ones are let ring by us.",
        "seconds",
        _DIRECTION,
        _UNTIL_IT_RINGS,
        _seconds_until(Event.ALERTED),
    )
    ANSWER_DELAY = Declaration(
        "telefoon_answer_delay_seconds",
        MetricKind.HISTOGRAM,
        "From a call's beginning to its answer.",
        "seconds",
        _DIRECTION,
        _UNTIL_THE_ANSWER,
        _seconds_until(Event.ANSWERED),
    )
    READER_WAIT = Declaration(
        "telefoon_reader_wait_seconds",
        MetricKind.HISTOGRAM,
        "How long a caller's last words have waited until a process of the recogniser began to read them.",
        "seconds",
        buckets=(0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10),
    )
    WEBHOOK_ATTEMPTS = Declaration(
        "telefoon_webhook_attempts_total",
        MetricKind.COUNTER,
        "Requests to customers' servers, each retry and redirect apart, by what they were for.",
        labels={"kind": _values(ExchangeKind), "outcome": _values(WebhookOutcome)},
    )
    CALLBACKS_WAITING = Declaration(
        "telefoon_callbacks_waiting",
        MetricKind.GAUGE,
        "Status callbacks that are still to be delivered.",
    )
    RECORDINGS_LIVE = Declaration("telefoon_recordings_live", MetricKind.GAUGE, "Recordings in progress.")
    RECORDED_BYTES = Declaration(
        "telefoon_recorded_bytes_total",
        MetricKind.COUNTER,
        "Sound of recordings that are complete.",
        "bytes",
    )
    STREAMS_LIVE = Declaration("telefoon_streams_live", MetricKind.GAUGE, "Media streams to programs in progress.")
    STREAM_MESSAGES = Declaration(
        "telefoon_stream_messages_total",
        MetricKind.COUNTER,
        "Messages of media streams, to programs and from them.",
        labels={"way": ("received", "sent")},
    )
    STREAM_DROPPED = Declaration(
        "telefoon_stream_dropped_seconds_total",
        MetricKind.COUNTER,
        "Sound that programs did not read in time, or that came while they were not connected.",
        "seconds",
    )
    STREAM_UNDERRUNS = Declaration(
        "telefoon_stream_underruns_total",
        MetricKind.COUNTER,
        "How often a program's sound broke off and went on within half a second.",
    )
    STREAM_PING = Declaration(
        "telefoon_stream_ping_seconds",
        MetricKind.GAUGE,
        "The longest of the last ways to the programs of open streams and back.",
        "seconds",
    )
    AGENT_TALKS_LIVE = Declaration(
        "telefoon_agent_talks_live", MetricKind.GAUGE, "Conversations of calls with programs that talk by text."
    )
    AGENT_TALKS = Declaration(
        "telefoon_agent_talks_total",
        MetricKind.COUNTER,
        "Conversations with programs that have ended, by how.",
        labels={"status": ("completed", "ended", "failed")},
    )
    CONFERENCES_LIVE = Declaration("telefoon_conferences_live", MetricKind.GAUGE, "Conferences with somebody in them.")
    PARTICIPANTS_LIVE = Declaration("telefoon_participants_live", MetricKind.GAUGE, "Calls that are in a conference.")
    SIP_COMMANDS_WAITING = Declaration(
        "telefoon_sip_commands_waiting",
        MetricKind.GAUGE,
        "Commands that the SIP thread has still to take.",
    )
    LOAD = Declaration(
        "telefoon_load_ratio",
        MetricKind.GAUGE,
        "The nearest of all limits on new calls, as a part of its most; from 1 on they are refused.",
    )
    OUTSIDERS_REFUSED = Declaration(
        "telefoon_outsiders_refused_total",
        MetricKind.COUNTER,
        "SIP messages of calls that came from somebody else than their far ends, the first ten of each call.",
    )
    SIP_TURNED_AWAY = Declaration(
        "telefoon_sip_turned_away_total",
        MetricKind.COUNTER,
        "SIP messages of strangers, such as can't be read, and calls beyond a peer's limit, that nobody looked at.",
        labels={"reason": _values(TurnedAwayReason)},
    )
    SOURCES_BANNED = Declaration(
        "telefoon_sip_sources_banned_total",
        MetricKind.COUNTER,
        "Bans of sources that sent more SIP than they may, by what there was too much of.",
        labels={"reason": _values(frozenset(BanReason) - {BanReason.BY_HAND})},
    )
    HTTP_CONNECTIONS = Declaration(
        "telefoon_http_connections", MetricKind.GAUGE, "Open connections to the REST interface."
    )
    HTTP_CONNECTIONS_CLOSED = Declaration(
        "telefoon_http_connections_closed_total",
        MetricKind.COUNTER,
        "Connections to the REST interface that were refused, made room for others, or were too slow.",
        labels={"reason": _values(HttpClosing)},
    )
    HTTP_CERTIFICATE_EXPIRES = Declaration(
        "telefoon_http_certificate_expires_timestamp_seconds",
        MetricKind.GAUGE,
        "Until when the certificate that the REST interface shows is valid, in seconds since 1970; none without TLS.",
        "seconds",
    )
    UNFORESEEN_FAILURES = Declaration(
        "telefoon_unforeseen_failures_total", MetricKind.COUNTER,
        "Failures that nobody foresaw, each with its traceback in the log; the node went on.",
    )  # fmt: skip
