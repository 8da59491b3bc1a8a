"""The product's version, and the name by which it tells others who asks or calls.

`setup.py` is the one place where the version is written; all else reads what was installed from there.
"""

from importlib.metadata import version
from typing import Final

VERSION: Final = version("telefoon")
"""As in Semantic Versioning: 1.2.3."""

USER_AGENT: Final = f"Telefoon/{VERSION}"
"""The header User-Agent of HTTP (RFC 9110 section 10.1.5) and of SIP (RFC 3261 section 20.41)."""
