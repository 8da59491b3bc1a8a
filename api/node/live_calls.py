"""Puts together what every live call of a node is handed."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

from api.http.listening import public_address_of
from api.http.resources.recordings import audio_path
from api.node.machine import limits_of
from api.node.other_nodes import PlatformNodes
from api.node.parts import NodeParts
from api.node.privacy import discretion_of
from api.node.recordings import recording_storage_of
from config.settings import Settings
from engine.live.admission.control import AdmissionControl
from engine.live.admission.emergency import EmergencyCalls
from engine.live.admission.policies import CallPolicies
from engine.live.admission.trunk_targets import TrunkTargets
from engine.live.callbacks import CallCallbacks
from engine.live.consent.policies import ConsentPolicies
from engine.live.credit import CallCredit, NoticeOptions, NoticeTo
from engine.live.disclosure.policies import DisclosurePolicies
from engine.live.recording.callbacks import RecordingCallbacks
from engine.live.recording.service import RecordingService
from engine.live.recording.warning_tone import Beeper
from engine.live.services import CallServices, RecordingUrl
from engine.live.session.backlog import Backlog
from engine.live.session.journal import Ledger
from engine.live.speaker import Speaker
from engine.live.streams.callbacks import StreamCallbacks
from engine.live.streams.service import StreamOptions, StreamService
from engine.model.call import Call
from engine.model.consent import load_texts
from engine.model.consent.countries import load_countries
from engine.model.disclosure import load_notice_texts
from engine.model.rating import Rates, load_rates
from engine.model.recording_marks import PauseBehavior
from engine.recordings.storage import RecordingStorage
from engine.security.pins import Pins
from engine.store.notices import Topic
from engine.webhooks.agent_socket import AgentSockets
from sip.dns.host_addresses import HostAddresses
from tts.tone_service import ToneService


@contextmanager
def open_call_services(parts: NodeParts) -> Iterator[CallServices]:
    """Recordings can be kept while inside. Raises SetupError."""
    recording_storage = recording_storage_of(parts.context.settings, parts.storage.keys)
    try:
        yield _call_services(parts, recording_storage)
    finally:
        recording_storage.close()


def _call_services(parts: NodeParts, recording_storage: RecordingStorage) -> CallServices:
    settings, clock, stores = parts.context.settings, parts.context.clock, parts.storage.stores
    agent, speech, recording_url = parts.telephony.agent, parts.audio.speech, _recording_urls(settings)
    speaker = Speaker(agent.bridge, speech, ToneService(speech.cache), parts.audio.media)
    rates = load_rates()
    callbacks = CallCallbacks(stores.calls, clock, parts.webhooks.courier.notify)
    backlog = Backlog(clock)
    return CallServices(
        stores=stores,
        ledger=_ledger(parts, rates),
        callbacks=callbacks,
        dialer=agent,
        bridge=agent.bridge,
        speaker=speaker,
        recorder=RecordingService(
            agent.bridge,
            stores.recordings,
            clock,
            RecordingCallbacks(callbacks, recording_url, backlog),
            recording_storage=recording_storage,
            node=settings.node,
            beeper=Beeper(speaker, stores.accounts, clock, settings.recording_beep_s),
            pause_behavior=PauseBehavior(settings.recording_pause),
            meters=parts.context.meters,
        ),
        streams=StreamService(
            agent.streams,
            parts.webhooks.programs,
            StreamCallbacks(callbacks, stores.streams, backlog),
            clock,
            meters=parts.context.meters,
            node=settings.node,
            options=StreamOptions(settings.streams, settings.streams_most, settings.stream_cushion_ms / 1000),
        ),
        recording_storage=recording_storage,
        consent=ConsentPolicies(
            stores.accounts, stores.consents, load_countries(), load_texts(), settings.default_country
        ),
        disclosure=DisclosurePolicies(stores.accounts, stores.disclosures, load_notice_texts()),
        pins=Pins(stores.pepper),
        recognizer=parts.audio.recognizer,
        web=parts.webhooks.client,
        agents=AgentSockets(parts.webhooks.programs),
        meters=parts.context.meters,
        clock=clock,
        node=settings.node,
        country=settings.default_country,
        longest_call_s=settings.max_call_seconds,
        registrar=settings.registrar,
        sip_egress=parts.telephony.egress,
        recording_url=recording_url,
        space=parts.storage.space,
        refusals=parts.telephony.refusals,
        admission=AdmissionControl(
            clock,
            parts.context.meters,
            agent.commands,
            agent.events,
            limits_of(settings, parts.context.machine),
            agent.room_for_calls,
            parts.storage.space.fault,
        ),
        emergency=EmergencyCalls(stores.trunks, settings.default_country),
        credit=CallCredit(
            stores.balances,
            rates,
            speaker,
            clock,
            settings.node,
            NoticeOptions(settings.balance_notice_s, NoticeTo(settings.balance_notice_to)),
        ),
        paced_lines=stores.paced_lines,
        policies=CallPolicies(
            stores.policies,
            stores.calls_used,
            stores.calls_going_on,
            TrunkTargets(stores.trunks, HostAddresses(parts.telephony.egress, parts.telephony.agent.names)),
            clock,
            parts.context.meters,
            load_rates().price,
            settings.node,
        ),
        region=settings.region,
        nodes=PlatformNodes(parts.place, stores.nodes) if stores.database.is_shared else None,
    )


def _ledger(parts: NodeParts, rates: Rates) -> Ledger:
    def price(call: Call) -> Decimal:
        return rates.price(call.to, call.duration, call.direction)

    return Ledger(
        parts.storage.stores.calls,
        parts.context.clock,
        price,
        parts.webhooks.courier.notify,
        bell=parts.storage.stores.database.notices.bell(Topic.EVENTS),
        discretion=discretion_of(parts.context.settings),
        meters=parts.context.meters,
        operator_url=parts.context.settings.policy_webhook or None,
    )


def _recording_urls(settings: Settings) -> RecordingUrl:
    public_address = public_address_of(settings)

    def recording_url(recording_id: str) -> str:
        return f"{public_address}{audio_path(recording_id)}"

    return recording_url
