"""The fields of a trunk about calls that come in: how they are known for its own, and to whom they go."""

from typing import Final

from engine.model.trunk.choices import DigestAlgorithms, KnownBy
from engine.model.trunk.field import OneOf, Text, YesOrNo, declared
from engine.model.trunk.number_formats import PLAIN_E164
from engine.model.trunk.number_rules import NumberFormats

KNOWN_BY: Final = declared(
    OneOf(KnownBy),
    "By what calls that come in are the trunk's: address, by where they come from; tls, by the name in the caller's "
    "certificate; digest, by user and password.",
    default=KnownBy.ADDRESS,
)
DIGEST_ALGORITHMS: Final = declared(
    OneOf(DigestAlgorithms),
    "With known_by digest, which algorithms are asked for: sha-256 and md5 both; or one of them, as many far ends "
    "that know md5 alone answer nothing where sha-256 is asked for too.",
    default=DigestAlgorithms.BOTH,
)
RECEIVED: Final = declared(
    NumberFormats(),
    "How the carrier writes both numbers in calls that come in. Whatever it is, +, 00 and a bare country code "
    "are understood.",
    default=PLAIN_E164,
)
DEFAULT_NUMBER: Final = declared(
    Text(r"(\+[1-9][0-9]{6,14})?", "is no number in E.164, such as +3225550100.", 16),
    "The number whose account and flow take calls to numbers that nobody has; left out, they are refused with 404.",
    default="",
)
FOLLOWS_REDIRECTS: Final = declared(
    YesOrNo(),
    "Whether it follows a redirection (302) of a call that comes in, to a node of the region of its account; where it "
    "does not, such a call is refused with 503. Our Kamailio follows it for all.",
    default=True,
)
REPLACES: Final = declared(
    YesOrNo(),
    "Whether a call that comes in by it may take the place of one of its own calls (Replaces, RFC 3891), as after an "
    "attended transfer; otherwise it is refused with 403.",
    default=False,
)
