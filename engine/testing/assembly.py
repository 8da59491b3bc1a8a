"""Puts the engine's own parts together over fakes, as a node does over SIP, speech and the web."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Self

from engine.consent import Texts, load_texts
from engine.consent.countries import Countries, load_countries
from engine.disk import Disk
from engine.disk_space import DiskSpace
from engine.egress import Egress, SipEgress
from engine.key_ring import KeyRing
from engine.live.backlog import Backlog
from engine.live.beeping import Beeper
from engine.live.consent_rules import ConsentRules
from engine.live.journal import Ledger
from engine.live.recording_desk import RecordingDesk
from engine.live.recording_teller import RecordingTeller
from engine.live.services import Services
from engine.live.speaker import Speaker
from engine.live.telling import Teller
from engine.meters import Meters
from engine.pins import Pins
from engine.privacy.discretion import Discretion
from engine.recording_marks import PauseBehavior
from engine.recording_shelf import RecordingShelf
from engine.sealing.masters import MasterKeyFile
from engine.store import AccountKeys, Accounts, Calls, Conferences, Consents, Database, Numbers, Queues, Recordings
from engine.testing.bridge import FakeBridge
from engine.testing.carrier import FakeCarrier
from engine.testing.clock import SimulatedClock
from engine.testing.customer import FakeCustomer
from engine.testing.recognizer import FakeRecognizer
from engine.testing.sounds import Sounds
from engine.testing.speech import FakeMediaFiles, FakeSynthesizer, FakeTones

PEPPER: Final = b"p" * 32
NODE: Final = "fake"
LONGEST_CALL_S: Final = 4 * 3600
REGISTRAR: Final = "sip:registrar.example"
_HOME: Final = "be"


@dataclass(frozen=True, slots=True)
class RecordingOptions:
    """How a node records: how a pause is taken down, and how often the warning tone is heard (0 is never)."""

    pause_behavior: PauseBehavior = PauseBehavior.SILENCE
    beep_s: int = 0
    sealed: bool = False


AS_SET: Final = RecordingOptions()
"""Pauses are silence, no tone is heard, and files are plain WAVs."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """All that is fake about a node."""

    clock: SimulatedClock
    bridge: FakeBridge
    carrier: FakeCarrier
    customer: FakeCustomer
    synthesizer: FakeSynthesizer
    tones: FakeTones
    media: FakeMediaFiles
    recognizer: FakeRecognizer

    @classmethod
    def make(cls) -> Self:
        """Fakes that know each other."""
        clock, sounds = SimulatedClock(), Sounds()
        bridge = FakeBridge(sounds, clock)
        return cls(
            clock=clock,
            bridge=bridge,
            carrier=FakeCarrier(bridge, clock),
            customer=FakeCustomer(clock),
            synthesizer=FakeSynthesizer(sounds, clock),
            tones=FakeTones(sounds),
            media=FakeMediaFiles(sounds),
            recognizer=FakeRecognizer(),
        )


def services_of(database: Database, around: Surroundings, folder: Path, recording: RecordingOptions) -> Services:
    """What every live call is handed; recordings are in `folder`. Calls cost nothing, and all events are told."""
    clock, bridge = around.clock, around.bridge
    meters = Meters()
    calls, accounts, recordings = Calls(database), accounts_of(database), Recordings(database)
    teller = Teller(calls, clock, _nobody_waits)
    shelf = _shelf(database, folder, sealed=recording.sealed)
    speaker = Speaker(bridge, around.synthesizer, around.tones, around.media)
    desk = RecordingDesk(
        bridge,
        recordings,
        clock,
        RecordingTeller(teller, recording_url, Backlog(clock)),
        shelf=shelf,
        node=NODE,
        beeper=Beeper(speaker, accounts, clock, recording.beep_s),
        pause_behavior=recording.pause_behavior,
        meters=meters,
    )
    return Services(
        ledger=Ledger(
            calls, clock, lambda _: None, _nobody_waits, discretion=Discretion(True, True, True), meters=meters
        ),
        numbers=Numbers(database),
        conferences=Conferences(database),
        recordings=recordings,
        queues=Queues(database),
        teller=teller,
        dialer=around.carrier,
        bridge=bridge,
        speaker=speaker,
        recorder=desk,
        shelf=shelf,
        consent=ConsentRules(accounts, Consents(database), _countries(), _texts(), _HOME),
        pins=Pins(PEPPER),
        recognizer=around.recognizer,
        web=around.customer,
        clock=clock,
        node=NODE,
        country=_HOME,
        longest_call_s=LONGEST_CALL_S,
        registrar=REGISTRAR,
        sip_egress=SipEgress(Egress()),
        recording_url=recording_url,
        space=DiskSpace(None),
    )


def accounts_of(database: Database) -> Accounts:
    """Whose keys are told from others by the fake node's pepper."""
    return Accounts(database, PEPPER)


def recording_url(recording_id: str) -> str:
    """Where a recording would be downloaded."""
    return f"https://telefoon.example/recordings/{recording_id}"


def master_key(folder: Path) -> MasterKeyFile:
    """Of a node that seals its recordings."""
    return MasterKeyFile(folder / "master.key")


def _shelf(database: Database, folder: Path, *, sealed: bool) -> RecordingShelf:
    keys = KeyRing(master_key(folder), AccountKeys(database))
    return RecordingShelf(folder / "recordings", keys, sealed=sealed, disk=Disk())


def _nobody_waits() -> None:
    """Status callbacks stay in the outbox, where tests read them."""


@cache
def _countries() -> Countries:
    return load_countries()


@cache
def _texts() -> Texts:
    return load_texts()
