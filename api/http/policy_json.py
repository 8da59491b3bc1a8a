"""A call policy as it is shown, by the REST interface and by commands."""

from collections.abc import Mapping
from typing import Any

from engine.model.call_policy import PlacedPolicy, PolicyLevel
from engine.model.call_policy.fields import written
from engine.store.policy_places import PolicyTrial


def policy_json(placed: PlacedPolicy, account_names: Mapping[str, str]) -> dict[str, Any]:
    """`account_names` are by identifier."""
    subject = placed.place.subject
    if placed.place.level is PolicyLevel.ACCOUNT:
        subject = account_names.get(subject, subject)
    return {"level": placed.place.level.value, "subject": subject, **written(placed.policy)}


def trial_json(trial: PolicyTrial) -> dict[str, Any]:
    """What would become of a call."""
    refusal = trial.refusal
    return {
        "number": trial.to.number,
        "country": trial.to.country,
        "type": trial.to.kind.value,
        "allowed": refusal is None,
        "rule": refusal.rule.value if refusal else None,
        "level": refusal.level.value if refusal else None,
        "reason": refusal.why if refusal else None,
    }
