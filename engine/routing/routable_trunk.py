"""A trunk as routing sees it: what it costs, which hosts it has, and whether it may be chosen now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class RoutableHost:
    """A host of a trunk. The lowest priority is tried first, and weight shares calls among equals (RFC 2782).

    `held_until` is when a host may be asked again that wanted a pause (Retry-After, RFC 3261 §21.5.4).
    """

    address: str
    priority: int = 0
    weight: int = 1
    held_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class RoutableTrunk:
    """A trunk, by its name; priority and weight as a host's.

    `full` says that it carries as many calls as it may, `emergency` that it
    may carry calls to emergency numbers. `prices` are per minute, by called prefix in E.164.
    """

    name: str
    hosts: tuple[RoutableHost, ...]
    enabled: bool = True
    full: bool = False
    emergency: bool = False
    priority: int = 0
    weight: int = 1
    prices: Mapping[str, Decimal] | None = None

    def price(self, called: str) -> Decimal | None:
        """Per minute to a number; None where its table has none for it."""
        prefix = self.priced_prefix(called)
        return None if prefix is None or self.prices is None else self.prices[prefix]

    def priced_prefix(self, called: str) -> str | None:
        """The longest prefix of a number that has a price."""
        priced = self.prices or {}
        prefixes = (called[:length] for length in range(len(called), -1, -1))
        return next((prefix for prefix in prefixes if prefix in priced), None)
