"""The table of a node's background loops: callbacks, the ledger, disks, conferences, trunks, retention, objects."""

from collections.abc import Mapping
from functools import partial

from api.node.background import Loop
from api.node.load_watch import LoadWatch
from api.node.object_store import movers
from api.node.other_nodes import let_nodes_in
from api.node.parts import NodeParts
from api.node.privacy import cleaning, sweeper
from api.node.registration_leases import RegistrationLeases
from api.node.rows_watched import keep_looking
from engine.live.admission.limits import Limit
from engine.live.services import CallServices
from engine.live.session.failed_traces import FailedTraces
from engine.live.switchboard import Switchboard
from engine.privacy.audit import by_system
from engine.recordings.storage import RecordingStorage
from engine.store.notices import Topic
from sip.media.media_clock import media_clock_lag_ms


def loops_of(parts: NodeParts, services: CallServices, switchboard: Switchboard) -> Mapping[str, Loop]:
    """The loops that run beside the calls, by their names in the log."""
    settings, stores, clock = parts.context.settings, parts.storage.stores, parts.context.clock
    bell = stores.database.notices.bell
    retention = sweeper(stores, settings, clock, services.recording_storage)
    return {
        "status callbacks": parts.webhooks.courier.run,
        "ledger of webhooks": parts.webhooks.ledger.run,
        "disk of recordings": services.recorder.watch_disk,
        "disk of the database": parts.storage.space.watch,
        "months": parts.storage.months.run,
        "unvisited conferences": switchboard.conferences.close_unvisited,
        "notices of other nodes": stores.database.listen,
        "trunks": partial(parts.telephony.trunks.run, parts.telephony.agent, bell(Topic.TRUNKS)),
        "routes": partial(parts.telephony.routes.run, parts.telephony.agent, bell(Topic.ROUTES)),
        "load": _load_watch(parts, services, switchboard).run,
        "front door": partial(parts.telephony.door.run, parts.telephony.agent.door, bell(Topic.BANS)),
        "news of bans": parts.telephony.ban_news.run,
        "refusals": parts.telephony.refusals.run,
        "traces of failed calls": _failed_traces(parts, services).run,
        "retention": partial(retention.run, by_system(settings.node)),
        **_of_several_nodes(parts, switchboard, services.recording_storage),
        **_registrations(parts),
        **movers(settings, stores.moves, services.recording_storage, clock),
    }


def _of_several_nodes(
    parts: NodeParts, switchboard: Switchboard, recording_storage: RecordingStorage
) -> Mapping[str, Loop]:
    """What a node that has its database to itself need not do: others rename queues, and link rooms with it."""
    database = parts.storage.stores.database
    if not database.is_shared:
        return {}
    bell, stores, context = database.notices.bell(Topic.QUEUES), parts.storage.stores, parts.context
    return {
        "names of queues": partial(keep_looking, switchboard.follow_queues, bell, "queues_not_read"),
        "files that others erased": cleaning(stores, context.settings, context.clock, recording_storage).run,
        "addresses of nodes": partial(let_nodes_in, parts.place.membership, parts.telephony.agent),
    }


def _registrations(parts: NodeParts) -> Mapping[str, Loop]:
    """Nothing where each node registers for itself."""
    settings = parts.context.settings
    if not settings.sip_proxy_address:
        return {}
    leases = RegistrationLeases(parts.storage.stores.leases, settings.node)
    return {"registrations": partial(leases.run, parts.telephony.agent)}


def _load_watch(parts: NodeParts, services: CallServices, switchboard: Switchboard) -> LoadWatch:
    agent = parts.telephony.agent
    gauges = {
        Limit.SIP_LAG: lambda: 1000 * agent.commands().oldest_s,
        Limit.CLOCK_LAG: media_clock_lag_ms,
        Limit.DATABASE: switchboard.oldest_unstored_s,
    }
    return LoadWatch(services.admission, parts.context.clock, parts.context.machine.cores, gauges)


def _failed_traces(parts: NodeParts, services: CallServices) -> FailedTraces:
    stores = parts.storage.stores
    failed = FailedTraces(parts.telephony.agent, stores.calls, stores.traces, parts.context.clock)
    services.ledger.listeners.append(failed.note)
    return failed
