"""Whether the number that takes all other calls of a trunk is anybody's."""

from engine.errors import InvalidField
from engine.model.trunk import Trunk
from engine.store.numbers import Numbers


async def default_number_fault(numbers: Numbers, trunk: Trunk) -> str | None:
    """Why nobody would take these calls, and what to do; None where somebody does. Raises StoreError."""
    number = trunk.default_number
    if not number or await numbers.taking(number) is not None:
        return None
    return f"No account has {number}. Add it first, with: telefoon numbers add {number} --account NAME"


async def require_default_number(numbers: Numbers, trunk: Trunk, before: Trunk | None = None) -> None:
    """Raises InvalidField where a trunk is given a number that nobody has, StoreError. `before` is as it was."""
    if before is not None and before.default_number == trunk.default_number:
        return
    if (fault := await default_number_fault(numbers, trunk)) is not None:
        raise InvalidField("default_number", fault)
