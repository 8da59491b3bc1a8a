"""The options with which a consent policy is chosen, for numbers and accounts."""

from typing import Annotated

import typer

from engine.consent.policy import Choice, Policy, Withdrawal, faults
from engine.errors import InvalidField

ConsentPolicy = Annotated[
    Policy | None,
    typer.Option("--consent", help="How consent to be recorded comes about; else the account's or the countries' way."),
]
ConsentBasis = Annotated[str | None, typer.Option(help="The legal basis in words; none-needed takes one.")]
ConsentWithdrawal = Annotated[
    Withdrawal, typer.Option(help="Of a recording in which somebody withdraws: cut the rest, or delete it all.")
]


def consent_chosen(policy: Policy | None, basis: str | None, withdrawal: Withdrawal) -> Choice | None:
    """What was chosen; None without a policy. Raises InvalidField."""
    if policy is None:
        if basis is not None:
            raise InvalidField("consent-basis", "--consent-basis goes with --consent.")
        return None
    if policy is Policy.EXTERNAL:
        raise InvalidField("consent", "external is for single calls: each has a reference of its own.")
    choice = Choice(policy, withdrawal, basis)
    for field, fault in faults(choice).items():
        raise InvalidField(f"consent-{field}", f"--consent-{field} {fault}")
    return choice
