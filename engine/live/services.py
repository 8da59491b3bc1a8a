"""What every live call is handed: the outside world and the platform's own desks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from engine.disk_space import DiskSpace
from engine.egress import SipEgress
from engine.hearing import Recognizer
from engine.live.consent_rules import ConsentRules
from engine.live.journal import Ledger
from engine.live.recording_desk import RecordingDesk
from engine.live.speaker import Speaker
from engine.live.telling import Teller
from engine.pins import Pins
from engine.ports import Bridge, Clock, Dialer
from engine.recording_shelf import RecordingShelf
from engine.store import Conferences, Numbers, Queues, Recordings
from engine.web.call_web import CallWeb
from engine.web.request import BodyFormat


class Web(Protocol):
    """Customers' servers, such as engine.web.client.WebhookClient."""

    def for_call(
        self,
        account_id: str,
        call_id: str,
        *,
        format: BodyFormat = ...,  # noqa: A002 - what the field calls it
        event: Callable[..., Any] | None = ...,
    ) -> CallWeb:
        """What one call asks with; `event` gets a short word about each exchange."""
        ...


@dataclass(frozen=True, slots=True)
class Services:
    """`recording_url` gives where a recording is downloaded; `country` is for ringback (ISO 3166, lower case).

    `registrar` is the SIP URI of the registrar where clients are registered, None without one.
    `recognizer` is None where callers are not to be understood.
    """

    ledger: Ledger
    numbers: Numbers
    conferences: Conferences
    recordings: Recordings
    queues: Queues
    teller: Teller
    dialer: Dialer
    bridge: Bridge
    speaker: Speaker
    recorder: RecordingDesk
    shelf: RecordingShelf
    consent: ConsentRules
    pins: Pins
    recognizer: Recognizer | None
    web: Web
    clock: Clock
    node: str
    country: str
    longest_call_s: int
    registrar: str | None
    sip_egress: SipEgress
    recording_url: Callable[[str], str]
    space: DiskSpace
