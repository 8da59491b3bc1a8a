"""The fields of a trunk about encrypted media."""

from typing import Final

from engine.model.trunk.choices import Srtp, SrtpKeying
from engine.model.trunk.field import OneOf, declared

SRTP: Final = declared(OneOf(Srtp), "Encrypted media: off, optional, or required.", default=Srtp.OFF)
KEYING: Final = declared(
    OneOf(SrtpKeying),
    "How keys of SRTP are agreed on: sdes, in SIP; or dtls, over the media's own way.",
    default=SrtpKeying.SDES,
)
