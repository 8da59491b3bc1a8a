"""The table of all scenarios, in the order in which they run."""

from typing import Final

from bench.scenario import Scenario
from bench.scenarios import bridge, idle, ivr, setup

SCENARIOS: Final[tuple[Scenario, ...]] = (*ivr.SCENARIOS, *bridge.SCENARIOS, *setup.SCENARIOS, *idle.SCENARIOS)
