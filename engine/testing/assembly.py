"""Puts the engine's own parts together over fakes, as a node does over SIP, speech and the web."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Self

from engine.aio.disk_threads import Disk
from engine.live.admission.control import AdmissionControl
from engine.live.admission.emergency import EmergencyCalls
from engine.live.admission.policies import CallPolicies
from engine.live.admission.refusals import Refusals
from engine.live.admission.trunk_targets import TrunkTargets
from engine.live.callbacks import CallCallbacks
from engine.live.consent.policies import ConsentPolicies
from engine.live.credit import CallCredit
from engine.live.disclosure.policies import DisclosurePolicies
from engine.live.recording.callbacks import RecordingCallbacks
from engine.live.recording.service import RecordingService
from engine.live.recording.warning_tone import Beeper
from engine.live.services import CallServices
from engine.live.session.backlog import Backlog
from engine.live.session.journal import Ledger
from engine.live.speaker import Speaker
from engine.live.streams.callbacks import StreamCallbacks
from engine.live.streams.service import StreamService
from engine.metrics.meters import Meters
from engine.model.consent import Texts, load_texts
from engine.model.consent.countries import Countries, load_countries
from engine.model.disclosure import NoticeTexts, load_notice_texts
from engine.model.rating import Rates, load_rates
from engine.model.recording_marks import PauseBehavior
from engine.recordings.disk_space import DiskSpace
from engine.recordings.encryption.key_ring import KeyRing
from engine.recordings.encryption.master_keys import MasterKeyFile
from engine.recordings.storage import RecordingStorage
from engine.security.egress import Egress
from engine.security.pins import Pins
from engine.security.sip_egress import ResolvedAddress, SipEgress
from engine.store.calls_going_on import CallsGoingOn
from engine.store.database import Database
from engine.store.paced_lines import PacedLines
from engine.store.stores import Stores
from engine.testing.agent_program import FakeAgentProgram
from engine.testing.bridge import FakeBridge
from engine.testing.carrier import FakeCarrier
from engine.testing.clock import SimulatedClock
from engine.testing.customer import FakeCustomer
from engine.testing.programs import FakePrograms
from engine.testing.recognizer import FakeRecognizer
from engine.testing.sounds import Sounds
from engine.testing.speech import FakeMediaFiles, FakeSynthesizer, FakeTones
from engine.webhooks.payloads.discretion import Discretion

PEPPER: Final = b"p" * 32
NODE: Final = "fake"
LONGEST_CALL_S: Final = 4 * 3600
REGISTRAR: Final = "sip:registrar.example"
_HOME: Final = "be"


@dataclass(frozen=True, slots=True)
class RecordingOptions:
    """Recording options of a node: how a pause is taken down, and how often the warning tone is heard (0 is never)."""

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
    programs: FakePrograms
    agent: FakeAgentProgram

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
            programs=FakePrograms(),
            agent=FakeAgentProgram(),
        )


def services_of(
    stores: Stores, around: Surroundings, folder: Path, recording: RecordingOptions, node: str = NODE
) -> CallServices:
    """What every live call is handed; recordings are in `folder`. Calls have no price, and all events are told."""
    clock, bridge = around.clock, around.bridge
    meters = Meters()
    callbacks, backlog = CallCallbacks(stores.calls, clock, _nobody_waits), Backlog(clock)
    recording_storage = _recording_storage(stores, folder, sealed=recording.sealed)
    speaker = Speaker(bridge, around.synthesizer, around.tones, around.media)
    recorder = RecordingService(
        bridge,
        stores.recordings,
        clock,
        RecordingCallbacks(callbacks, recording_url, backlog),
        recording_storage=recording_storage,
        node=node,
        beeper=Beeper(speaker, stores.accounts, clock, recording.beep_s),
        pause_behavior=recording.pause_behavior,
        meters=meters,
    )
    streams = StreamService(
        around.programs,
        around.programs,
        StreamCallbacks(callbacks, stores.streams, backlog),
        clock,
        meters=meters,
        node=node,
    )
    egress = SipEgress(Egress(), _NoNetwork())
    return CallServices(
        stores=stores,
        ledger=Ledger(
            stores.calls, clock, lambda _: None, _nobody_waits, discretion=Discretion(True, True, True), meters=meters
        ),
        callbacks=callbacks,
        dialer=around.carrier,
        bridge=bridge,
        speaker=speaker,
        recorder=recorder,
        streams=streams,
        recording_storage=recording_storage,
        consent=ConsentPolicies(stores.accounts, stores.consents, _countries(), _texts(), _HOME),
        disclosure=DisclosurePolicies(stores.accounts, stores.disclosures, _notices()),
        pins=Pins(PEPPER),
        recognizer=around.recognizer,
        web=around.customer,
        agents=around.agent,
        meters=meters,
        clock=clock,
        node=node,
        country=_HOME,
        longest_call_s=LONGEST_CALL_S,
        registrar=REGISTRAR,
        sip_egress=egress,
        recording_url=recording_url,
        space=DiskSpace(None),
        admission=AdmissionControl(clock, meters),
        emergency=EmergencyCalls(stores.trunks, _HOME),
        policies=CallPolicies(
            stores.policies,
            stores.calls_used,
            CallsGoingOn(stores.database, clock.now),
            TrunkTargets(stores.trunks, egress),
            clock,
            meters,
            _rates().price,
            NODE,
        ),
        paced_lines=PacedLines(stores.database, clock.now),
        refusals=Refusals(stores.refusals, clock),
        credit=CallCredit(stores.balances, _rates(), speaker, clock, node),
    )


def stores_of(database: Database, node: str = NODE) -> Stores:
    """What a fake node keeps, its keys hashed with the fake pepper."""
    return Stores(database, PEPPER, node)


def recording_url(recording_id: str) -> str:
    """Where a recording would be downloaded."""
    return f"https://telefoon.example/recordings/{recording_id}"


def master_key(folder: Path) -> MasterKeyFile:
    """The master key of a node that seals its recordings."""
    return MasterKeyFile(folder / "master.key")


def _recording_storage(stores: Stores, folder: Path, *, sealed: bool) -> RecordingStorage:
    keys = KeyRing(master_key(folder), stores.account_keys)
    return RecordingStorage(folder / "recordings", keys, sealed=sealed, disk=Disk())


class _NoNetwork:
    """Names are not looked up: there is no network, and whoever is dialled is reached."""

    async def resolve(self, host: str, port: int) -> Sequence[ResolvedAddress]:
        del host, port
        return ()

    async def close(self) -> None:
        """Nothing is open."""


def _nobody_waits() -> None:
    """Status callbacks stay in the outbox, where tests read them."""


@cache
def _countries() -> Countries:
    return load_countries()


@cache
def _rates() -> Rates:
    return load_rates()


@cache
def _notices() -> NoticeTexts:
    return load_notice_texts()


@cache
def _texts() -> Texts:
    return load_texts()
