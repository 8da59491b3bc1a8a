"""The fields of a trunk about who is told as the caller."""

from typing import Final

from engine.model.trunk.choices import Diversion
from engine.model.trunk.field import OneOf, Text, YesOrNo, declared
from engine.model.trunk.identity_header import IdentityHeader

HEADER: Final = declared(
    OneOf(IdentityHeader), "The header that tells who calls, beside From (RFC 3325).", default=IdentityHeader.NONE
)
COUNTRY: Final = declared(
    Text(r"([a-z]{2})?", "is no country; write two small letters, such as be.", 2),
    "The carrier's country. Calls tell where their number will be hidden as it comes from there; left out, the "
    "setting default_country.",
    default="",
)
HIDES_CALLER: Final = declared(
    YesOrNo(),
    "Whether no called party is told who calls (CLIR): From is anonymous, and Privacy is id.",
    default=False,
)
KEEPS_FROM: Final = declared(
    YesOrNo(), "Whether From has the number of a hidden caller too, who is hidden by Privacy alone.", default=False
)
TRUSTS: Final = declared(
    YesOrNo(),
    "Whether P-Asserted-Identity, or Remote-Party-ID, goes before From in calls that come in.",
    default=True,
)
DIVERSION: Final = declared(
    OneOf(Diversion),
    "The header that tells the number that was called, where a Dial sends a caller on who is still shown: none, "
    "diversion (RFC 5806) or history-info (RFC 7044).",
    default=Diversion.NONE,
)
