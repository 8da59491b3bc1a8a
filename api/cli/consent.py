"""The options with which a consent policy is chosen, for numbers and accounts."""

from collections.abc import Mapping, Sequence
from typing import Annotated

import typer

from engine.errors import InvalidField
from engine.model.consent.policy import ConsentChoice, ConsentPolicy, Withdrawal, faults
from engine.model.consent.purpose import Purpose

ConsentPolicyOption = Annotated[
    ConsentPolicy | None,
    typer.Option("--consent", help="How consent to be recorded comes about; else the account's or the countries' way."),
]
ConsentTo = Annotated[
    list[str] | None,
    typer.Option(
        "--consent-to",
        metavar="PURPOSE=POLICY",
        help="The policy of a purpose other than recording: transcription, streaming or recording-elsewhere; again for "
        "each. Without, that of recording.",
    ),
]
ConsentBasis = Annotated[str | None, typer.Option(help="The legal basis in words; none-needed takes one.")]
ConsentWithdrawal = Annotated[
    Withdrawal, typer.Option(help="Of a recording in which somebody withdraws: cut the rest, or delete it all.")
]


def consents_chosen(
    policy: ConsentPolicy | None, others: Sequence[str], basis: str | None, withdrawal: Withdrawal
) -> Mapping[Purpose, ConsentChoice | None]:
    """What was chosen for each purpose; None without a policy. Raises InvalidField."""
    policies: dict[Purpose, ConsentPolicy | None] = {Purpose.RECORDING: policy, **dict(map(_to, others))}
    if basis is not None and not any(policies.values()):
        raise InvalidField("consent-basis", "--consent-basis goes with --consent or --consent-to.")
    return {purpose: _chosen(policies.get(purpose), basis, withdrawal) for purpose in Purpose}


def _to(given: str) -> tuple[Purpose, ConsentPolicy]:
    """Raises InvalidField."""
    purpose, _, policy = given.partition("=")
    try:
        if Purpose(purpose) is not Purpose.RECORDING:
            return Purpose(purpose), ConsentPolicy(policy)
    except ValueError:
        pass
    raise InvalidField("consent-to", f"--consent-to is {given}; write it as streaming=announce.")


def _chosen(policy: ConsentPolicy | None, basis: str | None, withdrawal: Withdrawal) -> ConsentChoice | None:
    """Raises InvalidField."""
    if policy is None:
        return None
    if policy is ConsentPolicy.EXTERNAL:
        raise InvalidField("consent", "external is for single calls: each has a reference of its own.")
    choice = ConsentChoice(policy, withdrawal, basis)
    for field, fault in faults(choice).items():
        raise InvalidField(f"consent-{field}", f"--consent-{field} {fault}")
    return choice
