"""What signatures say of who calls (STIR, RFC 8224): attestations, and what came of a signature."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Attestation(StrEnum):
    """What the carrier who signs knows of the caller (RFC 8588 §4)."""

    FULL = "A"
    """The customer is known, and the number is theirs."""
    PARTIAL = "B"
    """The customer is known, the number was not checked."""
    GATEWAY = "C"
    """The call was passed on from elsewhere."""


@dataclass(frozen=True, slots=True)
class CallerProof:
    """What calls that are dialled on may say of who calls: our word, and the Identity headers that came with it."""

    attestation: Attestation
    identity: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SignedCall:
    """What an INVITE says that may be signed: Identity headers and Date, who calls, and whom by which numbers."""

    identity: tuple[str, ...]
    date: str
    caller: str
    called: tuple[str, ...]


class Verstat(StrEnum):
    """What came of the signature on a call that came in; the letter is the attestation that was claimed."""

    PASSED_A = "TN-Validation-Passed-A"
    PASSED_B = "TN-Validation-Passed-B"
    PASSED_C = "TN-Validation-Passed-C"
    PASSED = "TN-Validation-Passed"
    """A signature without an attestation, as RFC 8225 alone has it."""
    FAILED_A = "TN-Validation-Failed-A"
    FAILED_B = "TN-Validation-Failed-B"
    FAILED_C = "TN-Validation-Failed-C"
    FAILED = "TN-Validation-Failed"
    """The signature does not hold, or could not be checked, as where its certificate could not be had."""
    NONE = "No-TN-Validation"
    """There is no signature."""

    @property
    def attestation(self) -> Attestation | None:
        """The attestation that a signature which passed gives the caller; None where none holds."""
        head, _, letter = self.value.rpartition("-")
        return Attestation(letter) if head == _PASSED else None

    def of(self, claimed: Attestation | None) -> "Verstat":
        """The same about a signature that claims an attestation, or none."""
        return Verstat(f"{self.value}-{claimed.value}") if claimed else self


_PASSED: Final = Verstat.PASSED.value
