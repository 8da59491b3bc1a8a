"""The parts of a node that its calls, its REST interface and its background loops are made of."""

from dataclasses import dataclass

from api.node.audio import NodeAudio
from api.node.context import NodeContext
from api.node.nodes import NodePlace
from api.node.storage import Storage
from api.node.telephony import Telephony
from api.node.webhooks import Webhooks


@dataclass(frozen=True, slots=True)
class NodeParts:
    """All of them are open."""

    context: NodeContext
    storage: Storage
    audio: NodeAudio
    webhooks: Webhooks
    telephony: Telephony
    place: NodePlace
