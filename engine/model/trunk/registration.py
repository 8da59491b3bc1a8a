"""How a trunk's registration stands on a node: what its carrier last said, and until when it holds."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class TrunkRegistration:
    """The last answer to REGISTER, `at` when it came; `until` is None where the trunk is not registered.

    `words` are the carrier's own beside its reason phrase (Warning, Reason); `again_at` is when it is asked again,
    where it has refused or has not answered.
    """

    trunk: str
    node: str
    code: int
    reason: str
    at: datetime
    until: datetime | None = None
    words: str = ""
    again_at: datetime | None = None
