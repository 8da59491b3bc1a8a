"""The options with which a consent policy is chosen, for numbers and accounts."""

from typing import Annotated

import typer

from engine.errors import InvalidField
from engine.model.consent.policy import ConsentChoice, ConsentPolicy, Withdrawal, faults

ConsentPolicyOption = Annotated[
    ConsentPolicy | None,
    typer.Option("--consent", help="How consent to be recorded comes about; else the account's or the countries' way."),
]
ConsentBasis = Annotated[str | None, typer.Option(help="The legal basis in words; none-needed takes one.")]
ConsentWithdrawal = Annotated[
    Withdrawal, typer.Option(help="Of a recording in which somebody withdraws: cut the rest, or delete it all.")
]


def consent_chosen(policy: ConsentPolicy | None, basis: str | None, withdrawal: Withdrawal) -> ConsentChoice | None:
    """What was chosen; None without a policy. Raises InvalidField."""
    if policy is None:
        if basis is not None:
            raise InvalidField("consent-basis", "--consent-basis goes with --consent.")
        return None
    if policy is ConsentPolicy.EXTERNAL:
        raise InvalidField("consent", "external is for single calls: each has a reference of its own.")
    choice = ConsentChoice(policy, withdrawal, basis)
    for field, fault in faults(choice).items():
        raise InvalidField(f"consent-{field}", f"--consent-{field} {fault}")
    return choice
