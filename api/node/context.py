"""The context that every part of a node is handed: settings, machine, clock, meters, and where its data may go."""

from dataclasses import dataclass, field
from typing import Self

from api.node.clock import SystemClock
from api.node.machine import Machine
from api.node.object_store import require_store_inside
from api.node.privacy import require_trunk_inside, residency_of
from api.node.speech import require_speech_servers_inside
from config.settings import Settings
from engine.metrics.meters import Meters
from engine.ports import Clock
from engine.security.residency import Residency


@dataclass(frozen=True, slots=True)
class NodeContext:
    """One for each node, which all of its parts share; `machine` as it was found at the start."""

    settings: Settings
    machine: Machine
    residency: Residency
    clock: Clock = field(default_factory=SystemClock)
    meters: Meters = field(default_factory=Meters)

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Raises SetupError where calls, recordings or speech would go to a country that is not allowed."""
        residency = residency_of(settings)
        require_trunk_inside(settings, residency)
        require_store_inside(settings, residency)
        require_speech_servers_inside(settings, residency)
        return cls(settings, Machine.here(settings), residency)
