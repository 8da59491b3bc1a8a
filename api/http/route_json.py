"""A route as it is shown, by the REST interface and by commands."""

from collections.abc import Mapping
from typing import Any

from engine.model.route import TrunkRoute
from engine.model.route.reading import written_times


def route_json(route: TrunkRoute, account_names: Mapping[str, str]) -> dict[str, Any]:
    """`account_names` are by identifier."""
    return {
        "id": route.id,
        "trunk": route.trunk,
        "prefix": route.called_prefix,
        "account": None if route.account_id is None else account_names.get(route.account_id, route.account_id),
        "from_prefix": route.caller_prefix,
        "times": None if route.times is None else written_times(route.times),
        "priority": route.priority,
        "weight": route.weight,
        "cost": None if route.cost is None else str(route.cost),
    }
