"""The fields of a trunk about signed callers (STIR, RFC 8224)."""

from typing import Final

from engine.model.trunk.choices import Stir, UnprovedCaller, UnsignedCaller
from engine.model.trunk.field import OneOf, Text, declared
from engine.model.trunk.patterns import FILE

MODE: Final = declared(
    OneOf(Stir),
    "Whether who calls is signed (STIR, RFC 8224): off, sign in calls that go out, verify in those that come in, or "
    "both. Calls that are not signed here pass on the Identity of the call that is dialled on.",
    default=Stir.OFF,
)
KEY: Final = declared(
    Text(FILE, "is no path; write it from the root on, such as /etc/telefoon/stir-key.pem."),
    "File on the node with the key (PEM, P-256) that signs who calls.",
    default="",
)
CERTIFICATE_URL: Final = declared(
    Text(r"(https://[^\s<>\"]+)?", "is no address; write https://HOST/FILE."),
    "Where everybody finds the certificate of stir_key.",
    default="",
)
INVALID: Final = declared(
    OneOf(UnprovedCaller),
    "What becomes of calls whose signature does not hold: tell lets them in and says so; refuse answers 438, 437, 436 "
    "or 403.",
    default=UnprovedCaller.TELL,
)
MISSING: Final = declared(
    OneOf(UnsignedCaller),
    "What becomes of calls that are not signed: tell lets them in and says so; refuse answers 428; refuse-national "
    "does where a number of default_country calls, or none is told.",
    default=UnsignedCaller.TELL,
)
