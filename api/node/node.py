"""One node put together: the only place where the engine, SIP, speech and the REST interface meet."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Final

import structlog
import uvloop

from api.http.app import build_app
from api.http.contract import Published
from api.http.deletion import Deletion
from api.http.listening import address_of, listening, public_address_of
from api.http.resources.recordings import audio_path
from api.http.services import RestServices as ApiServices
from api.logging.logs import logging_as
from api.node.background import BackgroundLoops, Loop
from api.node.cautions import cautions
from api.node.clock import SystemClock
from api.node.inbound import InboundGate
from api.node.loop_failures import loop_failures_logged
from api.node.metrics import NodeMetrics, add_metrics, counting_failures
from api.node.object_store import movers, require_store_inside
from api.node.periods import periods_of
from api.node.privacy import discretion_of, persons_requests, require_trunk_inside, residency_of, sweeper
from api.node.readiness import Readiness
from api.node.recordings import open_key_ring, shelf_of
from api.node.speech import recognizer, require_speech_servers_inside, speech_service
from config.settings import Settings
from engine.aio.change_notifier import ChangeNotifier
from engine.live.callbacks import CallCallbacks
from engine.live.consent.policies import ConsentPolicies
from engine.live.recording.callbacks import RecordingCallbacks
from engine.live.recording.service import RecordingService
from engine.live.recording.warning_tone import Beeper
from engine.live.recovery import recover
from engine.live.services import CallServices
from engine.live.session.backlog import Backlog
from engine.live.session.journal import Ledger
from engine.live.speaker import Speaker
from engine.live.switchboard import Switchboard
from engine.metrics.meters import Meters
from engine.model.call import Call
from engine.model.consent import load_texts
from engine.model.consent.countries import load_countries
from engine.model.rating import Rates, load_rates
from engine.model.recording_marks import PauseBehavior
from engine.ports import Speech
from engine.privacy.audit import by_system
from engine.recordings.disk_space import DiskSpace
from engine.security.egress import Egress
from engine.security.pins import Pins
from engine.security.sip_egress import SipEgress
from engine.store import Accounts, Numbers, open_stores
from engine.store.sqlite import folder_of
from engine.webhooks.client import WebhookClient
from engine.webhooks.delivery import CallbackCourier
from engine.webhooks.ledger import ExchangeLedger
from engine.webhooks.media.media_cache import MediaCache
from sip.config import from_settings
from sip.library_limits import require_limits
from sip.user_agent import UserAgent
from tts.decoder import Decoder
from tts.synthesizer import SpeechService
from tts.tone_service import ToneService

_DATABASE_PATIENCE_S: Final = 1.5
"""Who asks is told within two seconds that the database is kept; what has happened is stored however long it takes."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Node:
    """A running node; `address` is where its REST interface answers."""

    settings: Settings
    address: str
    accounts: Accounts
    numbers: Numbers
    switchboard: Switchboard
    speech: SpeechService
    rate_hz: int

    async def prepare(self, prompts: Iterable[Speech]) -> None:
        """Render prompts before a call needs them. Raises SpeechError."""
        for prompt in prompts:
            async with aclosing(self.speech.stream(prompt, rate_hz=self.rate_hz)) as stream:
                async for _ in stream:
                    continue


@asynccontextmanager
async def open_node(settings: Settings) -> AsyncIterator[Node]:
    """A node that serves while inside. Raises SetupError, StoreError with what to do about it."""
    require_limits()
    clock, meters = SystemClock(), Meters()
    residency = residency_of(settings)
    require_trunk_inside(settings, residency)
    require_store_inside(settings, residency)
    require_speech_servers_inside(settings, residency)
    async with AsyncExitStack() as stack:
        stack.enter_context(loop_failures_logged())
        stack.enter_context(counting_failures(meters))
        stores = await stack.enter_async_context(
            open_stores(
                settings.database,
                settings.data_dir,
                patience_s=_DATABASE_PATIENCE_S,
                keep_bodies=settings.keep_webhook_bodies,
            )
        )
        space = DiskSpace(folder_of(settings.database))
        keys = await open_key_ring(settings, stores.account_keys)

        speech = speech_service(settings)
        stack.push_async_callback(speech.close)
        voices = await speech.start()
        listener = recognizer(settings)
        if listener is not None:
            stack.push_async_callback(listener.close)
            listener.require()
        decoder = Decoder(settings.data_dir / "decoder-scratch")
        stack.push_async_callback(decoder.close)
        media = MediaCache(
            settings.data_dir / "media-cache",
            decoder,
            limit_bytes=settings.media_cache_mb * 1024 * 1024,
            longest_s=settings.media_cache_seconds,
        )
        webhooks = ExchangeLedger(stores.exchanges, clock, discretion_of(settings))
        client = WebhookClient(
            timeout_s=settings.webhook_timeout_s,
            connect_timeout_s=settings.webhook_connect_timeout,
            allow=settings.egress_allow,
            residency=residency,
            keyring=stores.account_secrets,
            note=webhooks.note,
            meters=meters,
        )
        await client.start()
        stack.push_async_callback(client.close)

        sip_egress = SipEgress(Egress(settings.egress_allow, residency))
        stack.push_async_callback(sip_egress.close)

        door = InboundGate()
        agent = await UserAgent.start(from_settings(settings), door, door.refused)
        stack.push_async_callback(agent.close)

        courier = CallbackCourier(stores.outbox, client, clock)
        address, public_address = address_of(settings), public_address_of(settings)
        bell = ChangeNotifier()
        ledger = Ledger(
            stores.calls, clock, _pricing(load_rates()), courier.notify, bell, discretion_of(settings), meters
        )
        teller = CallCallbacks(stores.calls, clock, courier.notify)

        def recording_url(recording: str) -> str:
            return f"{public_address}{audio_path(recording)}"

        shelf = shelf_of(settings, keys)
        stack.callback(shelf.close)
        speaker = Speaker(agent.bridge, speech, ToneService(speech.cache), media)
        recorder = RecordingService(
            agent.bridge,
            stores.recordings,
            clock,
            RecordingCallbacks(teller, recording_url, Backlog(clock)),
            shelf=shelf,
            node=settings.node,
            beeper=Beeper(speaker, stores.accounts, clock, settings.recording_beep_s),
            pause_behavior=PauseBehavior(settings.recording_pause),
            meters=meters,
        )
        services = CallServices(
            stores=stores,
            ledger=ledger,
            teller=teller,
            dialer=agent,
            bridge=agent.bridge,
            speaker=speaker,
            recorder=recorder,
            shelf=shelf,
            consent=ConsentPolicies(
                stores.accounts, stores.consents, load_countries(), load_texts(), settings.default_country
            ),
            pins=Pins(stores.pepper),
            recognizer=listener,
            web=client,
            clock=clock,
            node=settings.node,
            country=settings.default_country,
            longest_call_s=settings.max_call_seconds,
            registrar=settings.registrar,
            sip_egress=sip_egress,
            recording_url=recording_url,
            space=space,
        )
        for caution in cautions(settings, await stores.numbers.webhooks()):
            log.warning("caution", detail=caution)
        await recover(services)
        switchboard = Switchboard(services)
        app = build_app(
            ApiServices(
                stores=stores,
                shelf=shelf,
                desk=switchboard,
                conference_desk=switchboard.conferences,
                health=Readiness(stores.database, agent, voices, space),
                published=Published.load(),
                deletion=Deletion(stores.retention, periods_of(settings)),
                persons=persons_requests(stores, settings, clock, shelf, webhooks.written),
                bell=bell,
            )
        )
        metrics = NodeMetrics(meters, switchboard, recorder, stores.outbox, agent)
        add_metrics(app, metrics.text, settings.metrics, stores.accounts)
        retention = sweeper(stores, settings, clock, shelf)
        loops: dict[str, Loop] = {
            "status callbacks": courier.run,
            "ledger of webhooks": webhooks.run,
            "disk of recordings": recorder.watch_disk,
            "disk of the database": space.watch,
            "unvisited conferences": switchboard.conferences.close_unvisited,
            "retention": partial(retention.run, by_system(settings.node)),
            **movers(settings, stores.moves, shelf, clock),
        }
        await stack.enter_async_context(BackgroundLoops(clock).running(loops))
        await stack.enter_async_context(switchboard.open())
        door.open_to(switchboard)
        stack.callback(door.close)
        await stack.enter_async_context(listening(app, settings))
        log.info("serving", http=address, sip=f"{settings.sip_host}:{settings.sip_port}")
        yield Node(settings, address, stores.accounts, stores.numbers, switchboard, speech, agent.bridge.rate_hz)
        log.info("stopping", live_calls=switchboard.live_calls)


async def serve_until_stopped(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM; live calls are hung up and stored on the way out."""
    stop = stop_on_signals()
    async with open_node(settings):
        await stop.wait()


def serve(settings: Settings) -> int:
    """Run a node in this process; the exit code."""
    keep_files_private()
    with logging_as(settings):
        uvloop.run(serve_until_stopped(settings))
    return 0


def keep_files_private() -> None:
    """Recordings, prompts and the database are for this process's user alone."""
    os.umask(0o077)


def stop_on_signals() -> asyncio.Event:
    """Set by the first SIGINT or SIGTERM."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


def _pricing(rates: Rates) -> Callable[[Call], Decimal]:
    def price(call: Call) -> Decimal:
        return rates.price(call.to, call.duration, call.direction)

    return price
