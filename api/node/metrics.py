"""GET /metrics: what this node counts and measures, for Prometheus. No part of the published interface."""

import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, Protocol

import structlog
from aiohttp import web

from api.http.authentication import caller_with
from api.http.membership import HeldLease
from api.http.problems import Problem
from api.http.request_limits import RequestLimits
from api.http.this_machine import is_of_this_machine
from config.settings import MetricsAccess
from engine.errors import StoreError
from engine.live.admission.control import AdmissionControl
from engine.live.recording.service import RecordingService
from engine.live.streams.service import StreamService
from engine.live.switchboard import Switchboard
from engine.metrics.meters import CONTENT_TYPE, Meters
from engine.metrics.table import Metric
from engine.model.accounts import Scope
from engine.model.node import NodeState
from engine.ports import CallRoom, Queued
from engine.store.accounts import Accounts
from engine.store.outbox import Outbox

PATH: Final = "/metrics"

MetricsText = Callable[[], Awaitable[str]]

log = structlog.get_logger(__name__)


class CommandQueue(Protocol):
    """A queue of commands that are run one after the other, as sip.user_agent.UserAgent."""

    def commands(self) -> Queued:
        """Commands that the SIP thread has still to take."""
        ...

    def room_for_calls(self) -> CallRoom:
        """The room for more calls."""
        ...


@dataclass(frozen=True, slots=True)
class NodeMetrics:
    """All metrics of a running node."""

    meters: Meters
    switchboard: Switchboard
    recorder: RecordingService
    streams: StreamService
    outbox: Outbox
    sip: CommandQueue
    admission: AdmissionControl
    membership: HeldLease
    http: Callable[[], Mapping[Metric, float]] = dict
    """How the REST interface's door stands."""

    async def text(self) -> str:
        """All metrics as they are now, in the text format of Prometheus."""
        self.streams.count()
        return self.meters.text(await self._gauges())

    async def _gauges(self) -> dict[Metric, float]:
        conferences = self.switchboard.conferences
        gauges: dict[Metric, float] = {
            Metric.CALLS_LIVE: self.switchboard.live_calls,
            Metric.RECORDINGS_LIVE: self.recorder.running,
            Metric.STREAMS_LIVE: self.streams.running,
            Metric.STREAM_PING: self.streams.slowest_ping_s,
            Metric.AGENT_TALKS_LIVE: self.switchboard.agents.running,
            Metric.CONFERENCES_LIVE: conferences.live,
            Metric.PARTICIPANTS_LIVE: conferences.participants,
            Metric.LOAD: self.admission.part_used,
            Metric.SIP_COMMANDS_WAITING: self.sip.commands().count,
            Metric.CALL_ROOM: self.sip.room_for_calls().free,
            Metric.NODES_SERVING: sum(each.state is NodeState.SERVING and each.held for each in self.membership.seen()),
            Metric.NODE_LEASE_AGE: self.membership.lease_age_s,
            **self.http(),
        }
        try:
            gauges[Metric.CALLBACKS_WAITING] = await self.outbox.waiting()
        except StoreError as error:
            log.warning("metric_unknown", metric=Metric.CALLBACKS_WAITING.value.name, error=str(error))
        return gauges


async def require_reader(
    request: web.Request, access: MetricsAccess, accounts: Accounts, limits: RequestLimits
) -> None:
    """Raises Problem unless the setting `metrics` lets this request read them."""
    if access is MetricsAccess.KEY:
        await caller_with(request, accounts, Scope.METRICS, limits)
    elif access is not MetricsAccess.LOOPBACK or not is_of_this_machine(request):
        raise Problem(HTTPStatus.FORBIDDEN, "Metrics are told to this machine alone; see the setting metrics.")


def add_metrics(
    app: web.Application,
    text: Callable[[web.Request], Awaitable[str]],
    access: MetricsAccess,
    accounts: Accounts,
    limits: RequestLimits,
) -> None:
    """Let the application answer GET /metrics, unless nobody may read them."""
    if access is MetricsAccess.OFF:
        return

    async def get_metrics(request: web.Request) -> web.Response:
        await require_reader(request, access, accounts, limits)
        return web.Response(body=(await text(request)).encode(), headers={"Content-Type": CONTENT_TYPE})

    app.router.add_get(PATH, get_metrics)


@contextmanager
def counting_failures(meters: Meters) -> Iterator[None]:
    """Inside, whatever is logged with a traceback is counted as a failure that nobody foresaw."""
    counter = _FailureCounter(meters)
    logging.getLogger().addHandler(counter)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(counter)


class _FailureCounter(logging.Handler):
    def __init__(self, meters: Meters) -> None:
        super().__init__(logging.ERROR)
        self._meters = meters

    def emit(self, record: logging.LogRecord) -> None:
        """The engine's own lines carry the traceback as text, those of libraries as it is."""
        told = isinstance(record.msg, dict) and "exception" in record.msg
        if told or record.exc_info:
            self._meters.count(Metric.UNFORESEEN_FAILURES)
