"""A row of the table of routes."""

from dataclasses import dataclass
from decimal import Decimal

from engine.model.route.times_of_week import TimeOfWeek


@dataclass(frozen=True, slots=True)
class TrunkRoute:
    """Which calls go to which trunk. What is None or empty fits all calls.

    Prefixes are the beginnings of numbers in E.164, or of short numbers as they are dialled. `cost` per minute counts
    instead of the trunk's own price.
    """

    id: str
    trunk: str
    called_prefix: str = ""
    account_id: str | None = None
    caller_prefix: str = ""
    times: TimeOfWeek | None = None
    priority: int = 0
    weight: int = 1
    cost: Decimal | None = None
