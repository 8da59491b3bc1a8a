"""How much a node may have of each before it takes no more calls, on this machine and by these settings."""

from collections.abc import Sequence
from typing import Final

from api.doctor.finding import Finding
from api.doctor.server import RunningServer
from api.node.machine import Machine, limits_of
from config.settings import Settings
from engine.live.admission.limits import amount

_LEAST_CALLS: Final = 10


async def check(settings: Settings, _running: RunningServer | None) -> Sequence[Finding]:
    """The limits that hold for programs started from this shell."""
    return [found_on(Machine.here(settings), settings)]


def found_on(machine: Machine, settings: Settings) -> Finding:
    """What the machine allows, what of it is used up first, and all limits."""
    first, calls = min(machine.calls.items(), key=lambda each: each[1])
    told = ", ".join(
        f"{limit.title} {amount(most)}{limit.unit}" for limit, most in limits_of(settings, machine).items()
    )
    detail = f"{amount(machine.cores)} cores; enough for {calls} calls at once, by {first}. No call begins from: {told}"
    advice = f"Give it more {first}." if calls < _LEAST_CALLS else ""
    return Finding("Limits", calls >= _LEAST_CALLS, detail, advice)
