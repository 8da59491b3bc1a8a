"""What every live call is handed: the outside world and the platform's own desks."""

from collections.abc import Callable
from dataclasses import dataclass

from engine.consent import ConsentPolicy
from engine.live.journal import Ledger
from engine.live.recording_desk import RecordingDesk
from engine.live.speaker import Speaker
from engine.ports import Bridge, Clock, Dialer
from engine.store import Conferences, Numbers, Recordings
from engine.web.client import WebhookClient


@dataclass(frozen=True, slots=True)
class Services:
    """`recording_url` gives where a recording is downloaded; `country` is for ringback (ISO 3166, lower case)."""

    ledger: Ledger
    numbers: Numbers
    conferences: Conferences
    recordings: Recordings
    dialer: Dialer
    bridge: Bridge
    speaker: Speaker
    recorder: RecordingDesk
    consent: ConsentPolicy
    web: WebhookClient
    clock: Clock
    node: str
    country: str
    longest_call_s: int
    recording_url: Callable[[str], str]
