"""Puts the node's REST interface together: its resources over the stores and the switchboard, and /metrics."""

from functools import partial

from aiohttp import web

from api.http.app import build_app
from api.http.bodies import BODY_S
from api.http.client_address import TRUSTED_PROXIES
from api.http.contract import Published
from api.http.deletion import Deletion
from api.http.listening import HttpFront
from api.http.request_limits import ApiLimits, RequestLimits
from api.http.services import RestServices
from api.node.machine_metrics import MachineMetrics
from api.node.metrics import NodeMetrics, add_metrics
from api.node.orders import add_orders
from api.node.parts import NodeParts
from api.node.periods import periods_of
from api.node.privacy import persons_requests
from api.node.readiness import Readiness
from api.node.trunks import require_inside
from engine.live.services import CallServices
from engine.live.switchboard import Switchboard


def rest_interface(
    parts: NodeParts, services: CallServices, switchboard: Switchboard, front: HttpFront
) -> web.Application:
    """What a node answers by HTTP; it does not listen yet."""
    settings, stores, agent = parts.context.settings, parts.storage.stores, parts.telephony.agent
    limits = RequestLimits(ApiLimits(settings.api_rate_per_key, settings.api_rate_per_address, settings.api_wrong_keys))
    app = build_app(
        RestServices(
            stores=stores,
            recording_storage=services.recording_storage,
            call_service=switchboard,
            conference_service=switchboard.conferences,
            health=Readiness(
                stores.database,
                agent,
                parts.audio.voices,
                parts.storage.space,
                services.admission.hindrance,
                lambda: [*front.cautions(parts.context.clock.now()), *parts.storage.months.cautions],
                parts.place.membership,
            ),
            drain=switchboard.draining,
            published=Published.load(),
            trace=agent,
            trunk_figures=agent.trunk_figures,
            trunk_calls=agent.trunk_calls,
            reachability=agent.reachability,
            deletion=Deletion(stores.retention, periods_of(settings)),
            persons=persons_requests(
                stores,
                settings,
                parts.context.clock,
                services.recording_storage,
                parts.webhooks.ledger.wait_until_written,
            ),
            require_trunk=partial(require_inside, residency=parts.context.residency),
            limits=limits,
            serves_2010=settings.rest_2010,
            bell=services.ledger.bell,
            forwarding=parts.place.forwarding,
        )
    )
    metrics = NodeMetrics(
        parts.context.meters,
        switchboard,
        services.recorder,
        services.streams,
        stores.outbox,
        agent,
        services.admission,
        parts.place.membership,
        front.gauges,
    )
    machine = MachineMetrics(metrics.text, parts.place.membership, parts.place.forwarding, settings.http_shared_port)
    add_metrics(app, machine.text, settings.metrics, stores.accounts, limits)
    parts.place.talk.add_to(app)
    if stores.database.is_shared:
        machine.add_to(app)
        add_orders(app, parts.place.forwarding, switchboard.obey)
    app[BODY_S] = settings.http_body_s
    app[TRUSTED_PROXIES] = tuple(settings.trusted_proxies)
    return app
