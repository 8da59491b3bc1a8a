"""The table of all scenarios, in the order in which they run."""

from typing import Final

from bench.scenario import Scenario
from bench.scenarios import (
    agents,
    api,
    bridge,
    cascade,
    cluster_room,
    cluster_setup,
    commands,
    conference,
    contention,
    doors,
    endurance,
    flood,
    flow,
    forward,
    idle,
    ivr,
    many_at_once,
    many_calls,
    recording,
    refusals,
    setup,
    streams,
    streams_delay,
    streams_lost,
    streams_message,
    voices,
    webhooks,
    year,
)

_MODULES: Final = (
    ivr, bridge, setup, conference, idle, api, flow, webhooks, recording, cascade, endurance, many_calls, many_at_once,
    flood, refusals, doors, voices, commands, year, cluster_setup, cluster_room, forward, contention, streams,
    streams_message, streams_delay, streams_lost, agents,
)  # fmt: skip

SCENARIOS: Final[tuple[Scenario, ...]] = tuple(each for module in _MODULES for each in module.SCENARIOS)
