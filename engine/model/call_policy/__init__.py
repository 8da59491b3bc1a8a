"""Who may call where: policies, what is known of a call that begins, and the decision on both."""

from engine.model.call_policy.decision import Facts, Verdict, decide
from engine.model.call_policy.destination import Destination, destination_of
from engine.model.call_policy.destination_rules import Destinations
from engine.model.call_policy.number_kind import NumberKind
from engine.model.call_policy.policy import (
    DEFAULT_POLICY,
    CallPolicy,
    NewDestination,
    PlacedPolicy,
    PolicyLevel,
    PolicyPlace,
)
from engine.model.call_policy.rules import PolicyRefusal, PolicyRule

__all__ = [
    "DEFAULT_POLICY",
    "CallPolicy",
    "Destination",
    "Destinations",
    "Facts",
    "NewDestination",
    "NumberKind",
    "PlacedPolicy",
    "PolicyLevel",
    "PolicyPlace",
    "PolicyRefusal",
    "PolicyRule",
    "Verdict",
    "decide",
    "destination_of",
]
