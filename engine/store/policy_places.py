"""The owner of a policy as operators write it, and what the policies in force say of a number."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from engine.errors import InvalidField
from engine.model.call_policy import (
    Destination,
    Facts,
    PlacedPolicy,
    PolicyLevel,
    PolicyPlace,
    PolicyRefusal,
    decide,
    destination_of,
)
from engine.model.call_policy.policy import in_force
from engine.model.numbers import parse_e164

if TYPE_CHECKING:
    from engine.store.stores import Stores


@dataclass(frozen=True, slots=True)
class PolicyTrial:
    """What would become of a call to a number, before anything that is used up is looked at."""

    to: Destination
    refusal: PolicyRefusal | None


async def place_of(stores: "Stores", level: str, subject: str) -> PolicyPlace:
    """The level and its subject: the name of an account, a number in E.164, or the identifier of a key.

    Raises InvalidField, StoreError.
    """
    match PolicyLevel(level):
        case PolicyLevel.NODE:
            if subject:
                raise InvalidField("subject", "The node's policy has no subject; leave it out.")
            return PolicyPlace(PolicyLevel.NODE)
        case PolicyLevel.ACCOUNT:
            account = await stores.accounts.by_name(subject)
            if account is None:
                raise InvalidField("subject", f"There is no account {subject}.")
            return PolicyPlace(PolicyLevel.ACCOUNT, account.id)
        case PolicyLevel.NUMBER:
            try:
                return PolicyPlace(PolicyLevel.NUMBER, parse_e164(subject))
            except ValueError as error:
                raise InvalidField("subject", str(error)) from None
        case PolicyLevel.KEY:
            if all(each.id != subject for each in await stores.accounts.keys()):
                raise InvalidField("subject", f"There is no key {subject}.")
            return PolicyPlace(PolicyLevel.KEY, subject)


async def trial(stores: "Stores", number: str, places: tuple[PolicyPlace, ...], at: datetime) -> PolicyTrial:
    """Try a number with the policies of these levels. Raises StoreError."""
    to, policies = destination_of(number), in_force(await stores.policies.of(places))
    return PolicyTrial(to, decide(Facts(to, at), policies).refusal)


async def default_and_own(stores: "Stores") -> list[PlacedPolicy]:
    """All policies that were set, and the node's as it is in force. Raises StoreError."""
    own = [each for each in await stores.policies.all() if each.place.level is not PolicyLevel.NODE]
    node = await stores.policies.of((PolicyPlace(PolicyLevel.NODE),))
    return [*in_force(node), *own]
