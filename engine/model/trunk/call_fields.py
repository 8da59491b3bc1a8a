"""The fields of a trunk about what becomes of a call in progress: hold and fax."""

from typing import Final

from engine.model.trunk.choices import T38, HoldStyle
from engine.model.trunk.field import OneOf, declared

HOLD: Final = declared(
    OneOf(HoldStyle),
    "How whoever is put on hold is told: music, not at all; sendonly, by a re-INVITE, and hears the music; or "
    "inactive, by a re-INVITE, and hears nothing.",
    default=HoldStyle.MUSIC,
)
FAX: Final = declared(
    OneOf(T38),
    "Fax over T.38: refuse, it goes on as sound; or pass, it is passed to whom the far end talks to, if the trunk of "
    "that one has pass too.",
    default=T38.REFUSE,
)
