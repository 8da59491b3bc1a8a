"""The services of a node that the flows of all its calls share."""

from dataclasses import dataclass

from engine.live.bridging.dialling import Dialling
from engine.live.calls.programs import CallPrograms
from engine.live.conference.rooms import Rooms
from engine.live.consent.service import ConsentService
from engine.live.queues.queues import LiveQueues


@dataclass(frozen=True, slots=True)
class SharedServices:
    """The services that the flows of a node's calls share: consent, dialling, conferences, queues, programs."""

    permission: ConsentService
    dialling: Dialling
    rooms: Rooms
    queues: LiveQueues
    programs: CallPrograms
