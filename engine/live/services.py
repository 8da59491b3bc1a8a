"""The services that every live call is handed: the outside world by its ports, and the engine's own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from engine.live.admission.control import AdmissionControl
from engine.live.admission.emergency import EmergencyCalls
from engine.live.admission.policies import CallPolicies
from engine.live.admission.refusals import Refusals
from engine.live.callbacks import CallCallbacks
from engine.live.consent.policies import ConsentPolicies
from engine.live.credit import CallCredit
from engine.live.disclosure.policies import DisclosurePolicies
from engine.live.recording.service import RecordingService
from engine.live.session.journal import Ledger
from engine.live.speaker import Speaker
from engine.live.streams.service import StreamService
from engine.metrics.meters import Meters
from engine.model.callback import BodyFormat
from engine.ports import Bridge, Clock, Dialer
from engine.ports.agents import AgentConnector
from engine.ports.nodes import PeerNodes
from engine.ports.recognition import Recognizer
from engine.recordings.disk_space import DiskSpace
from engine.recordings.storage import RecordingStorage
from engine.security.pins import Pins
from engine.security.sip_egress import SipEgress
from engine.store.paced_lines import PacedLines
from engine.store.stores import Stores
from engine.webhooks.call_web import CallWeb, FindManner


class Web(Protocol):
    """Customers' servers, such as engine.webhooks.client.WebhookClient."""

    def for_call(
        self,
        account_id: str,
        call_id: str,
        *,
        format: BodyFormat = ...,  # noqa: A002 - what the field calls it
        event: Callable[..., Any] | None = ...,
        manner: FindManner = ...,
    ) -> CallWeb:
        """What one call asks with; `event` gets a short word about each exchange."""
        ...


RecordingUrl = Callable[[str], str]
"""Where a recording of this identifier is downloaded."""


@dataclass(frozen=True, slots=True)
class CallServices:
    """`recording_url` gives where a recording is downloaded; `country` is for ringback (ISO 3166, lower case).

    `registrar` is the SIP URI of the registrar where clients are registered, None without one.
    `recognizer` is None where callers are not to be understood, `nodes` where this node is alone.
    `region` is the one that this node is in, empty for none.
    """

    stores: Stores
    ledger: Ledger
    callbacks: CallCallbacks
    dialer: Dialer
    bridge: Bridge
    speaker: Speaker
    recorder: RecordingService
    streams: StreamService
    recording_storage: RecordingStorage
    consent: ConsentPolicies
    disclosure: DisclosurePolicies
    pins: Pins
    recognizer: Recognizer | None
    web: Web
    agents: AgentConnector
    meters: Meters
    clock: Clock
    node: str
    country: str
    longest_call_s: int
    registrar: str | None
    sip_egress: SipEgress
    recording_url: RecordingUrl
    space: DiskSpace
    admission: AdmissionControl
    emergency: EmergencyCalls
    policies: CallPolicies
    paced_lines: PacedLines
    refusals: Refusals
    credit: CallCredit
    nodes: PeerNodes | None = None
    region: str = ""
