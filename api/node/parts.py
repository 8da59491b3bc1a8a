"""The parts of a node that its calls, its REST interface and its background loops are made of."""

from dataclasses import dataclass

from api.node.audio import NodeAudio
from api.node.context import NodeContext
from api.node.storage import Storage
from api.node.telephony import Telephony
from api.node.webhooks import Webhooks
from engine.live.nodes.membership import Membership
from engine.model.node import Node


@dataclass(frozen=True, slots=True)
class NodeParts:
    """All of them are open."""

    context: NodeContext
    storage: Storage
    audio: NodeAudio
    webhooks: Webhooks
    telephony: Telephony
    membership: Membership
    last_run: Node | None
    """The node's row as its last run left it."""
