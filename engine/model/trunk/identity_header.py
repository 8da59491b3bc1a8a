"""The header that tells a trunk who calls."""

from enum import StrEnum


class IdentityHeader(StrEnum):
    """Which header tells a trunk who calls, beside From."""

    NONE = "none"
    ASSERTED = "P-Asserted-Identity"
    PREFERRED = "P-Preferred-Identity"
    REMOTE_PARTY = "Remote-Party-ID"
    """draft-ietf-sip-privacy-04, which never became a standard; older equipment has nothing else."""
