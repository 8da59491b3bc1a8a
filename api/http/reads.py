"""Reads of personal data on the audit log: who looked at which list, by which key and from which network.

A program that asks every second leaves no row for each: the same read is on the log once an hour. What is one person's
own voice, and what is exported, is on it each time; their resources see to that themselves.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import structlog

from api.http.requests import ApiRequest
from engine.errors import StoreError
from engine.security.least_recent import LeastRecent
from engine.store.audit import Audit

_AGAIN_AFTER_S: Final = 3600.0
_MOST: Final = 20_000


log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Read:
    """What is noted of an operation: the action, on the identifier in the path's `named`, or else on all of a `kind`.

    A stream is noted as it begins (`first`), all else before its answer leaves.
    """

    action: str
    kind: str
    named: str | None = None
    first: bool = False


READS: Final[Mapping[str, Read]] = {
    "listCalls": Read("call.list", "calls"),
    "getCall": Read("call.read", "calls"),
    "listCallEvents": Read("call.events", "calls"),
    "listCallConsents": Read("call.consents", "call", "call_id"),
    "listCallDisclosures": Read("call.disclosures", "call", "call_id"),
    "listCallStreams": Read("call.streams", "call", "call_id"),
    "listCallWebhooks": Read("call.webhooks", "call", "call_id"),
    "traceCall": Read("call.trace", "call", "call_id"),
    "streamEvents": Read("event.stream", "events", first=True),
    "listConferences": Read("conference.list", "conferences"),
    "getConference": Read("conference.read", "conferences"),
    "listParticipants": Read("conference.read", "conferences"),
    "listQueues": Read("queue.list", "queues"),
    "getQueue": Read("queue.read", "queues"),
    "listRecordings": Read("recording.list", "recordings"),
    "listRefusals": Read("refusal.list", "refusals"),
    "listBans": Read("ban.list", "bans"),
}
"""By operationId. Single calls are noted together: a program looks at each that it places."""
NOTED_EACH_TIME: Final = frozenset({"getRecording", "downloadRecording", "drawRecording"})
OF_NOBODY: Final = frozenset(
    {
        "listHolds",
        "listKeys",
        "getDrain",
        "listPolicies",
        "listTrunks",
        "getTrunk",
        "listTrunkEvents",
        "getTrunkCosts",
        "listRoutes",
        "getRoute",
        "getOwnBalance",
        "listOwnBalanceEntries",
        "getBalance",
        "listBalanceEntries",
        "getPace",
        "getDisclosureTerms",
        "listNumbers",
        "getNumber",
        "listApplications",
        "getApplication",
    }
)
"""They tell of no caller and nobody who was called."""


class NotedReads:
    """Notes reads, each once an hour. For asyncio's thread."""

    def __init__(self, audit: Audit, now_s: Callable[[], float] = time.monotonic) -> None:
        self._audit = audit
        self._now_s = now_s
        self._last_s: LeastRecent[tuple[str, str, str, str], float] = LeastRecent(_MOST)

    async def log(self, read: Read, asked: ApiRequest) -> None:
        """Durable when this returns, but for what the database has no room for: that is a line of the log instead.

        An operator must be able to see what goes on also while the disk is full.
        """
        object_ = asked.path[read.named] if read.named else read.kind
        name = (asked.actor, read.action, object_, asked.network)
        last_s, now_s = self._last_s.get(name), self._now_s()
        if last_s is not None and now_s < last_s + _AGAIN_AFTER_S:
            return
        given = sorted(asked.http.query)
        try:
            await asked.audited(self._audit, read.action, object_, account=asked.account.id, filters=given)
        except StoreError as error:
            log.error("read_not_noted", actor=asked.actor, action=read.action, object=object_, error=str(error))
        else:
            self._last_s.put(name, now_s)
