"""Which of the library's scripts get another answer than they want, what they get, and why that is right here."""

import re
from collections.abc import Mapping
from enum import Enum
from typing import Any, Final

from engine.model.trunk import Ice, Srtp


class AsTrunk(Enum):
    """As whose the messages come: of somebody who may call without a trunk, or of a trunk with ICE or SRTP."""

    NONE = "none"
    ICE = "ice"
    SRTP = "srtp"
    SRTP_ALONE = "srtp alone"

    @property
    def fields(self) -> dict[str, Any]:
        """The trunk's fields."""
        return _FIELDS[self]


_FIELDS: Final[Mapping[AsTrunk, dict[str, Any]]] = {
    AsTrunk.NONE: {},
    AsTrunk.ICE: {"ice": Ice.LITE},
    AsTrunk.SRTP: {"srtp": Srtp.OPTIONAL},
    AsTrunk.SRTP_ALONE: {"srtp": Srtp.REQUIRED},
}
_SRTP_OPTION: Final = re.compile(r"--use-srtp[ =](\d)")
_SRTP_LEVELS: Final = (AsTrunk.NONE, AsTrunk.SRTP, AsTrunk.SRTP_ALONE)


def trunk_of(script: str) -> AsTrunk:
    """What a script's text says that the sample program is set to."""
    if found := _SRTP_OPTION.search(script):
        return _SRTP_LEVELS[int(found[1])]
    return AsTrunk.ICE if "--use-ice" in script else AsTrunk.NONE


_LENGTH: Final = "Its Content-Length is longer than its body"
_METHOD: Final = "The method is unknown, where theirs is not allowed"
_NOT_SERVED: Final = "The method is not served here"
_REPLACES: Final = "To take over a call is refused before it is looked for"
_TIMER: Final = "Session timers are on here, and who has no trunk has no shortest session"
_RTCP_TOO: Final = "We have a candidate for RTCP too, which who has none for it leaves alone"
_RTCP_PLACE: Final = "Whether a candidate has the place of RTCP (a=rtcp) is not looked at"
_SCHEME: Final = "The library does not read its URIs"
_CODEC: Final = "We have not its codec"

OTHERWISE: Final = {
    "001_torture_4475_3_1_1_2": (r"501, not 405", _METHOD),
    "001_torture_4475_3_1_1_4": (r"405, not 200", _NOT_SERVED),
    "001_torture_4475_3_1_1_5": (r"501, not 405", _METHOD),
    "110_tel_uri": (r"400, not 200", _LENGTH),
    "159_no_rport_nit": (r"405, not 200", _NOT_SERVED),
    "160_err_duplicate_replaces": (r"403, not 400", _REPLACES),
    "161_err_replaces_dlg_not_found": (r"403, not 481", _REPLACES),
    "172_timer_supported_but_not_used": (r"200, with Session-Expires:", _TIMER),
    "174_timer_se_too_small": (r"200, not 422", _TIMER),
    "200_ice_success_1": (r"200, with a=candidate:[0-9a-zA-Z]+ 2 UDP", _RTCP_TOO),
    "200_ice_success_4": (r"200, with a=candidate:[0-9a-zA-Z]+ 2 UDP", _RTCP_TOO),
    "201_ice_mismatch_2": (r"200, without a=ice-mismatch", _RTCP_PLACE),
    "201_ice_mismatch_3": (r"200, without a=ice-mismatch", _RTCP_PLACE),
    "361_non_sip_uri": (r"silence", _SCHEME),
    "362_non_sip_uri": (r"silence", _SCHEME),
    "363_non_sip_uri_subscribe": (r"405, not 200", _NOT_SERVED),
    "364_non_sip_uri_subscribe": (r"405, not 400", _NOT_SERVED),
    "400_fmtp_g7221_with_bitrate": (r"488, not 200", _CODEC),
    "401_fmtp_g7221_with_bitrate_24000": (r"488, not 200", _CODEC),
    "401_fmtp_g7221_with_bitrate_32000": (r"488, not 200", _CODEC),
    "410_fmtp_amrnb_offer_octet_align": (r"488, not 200", _CODEC),
    "411_fmtp_amrnb_offer_band_eff": (r"488, not 200", _CODEC),
    "412_fmtp_amrnb_offer_band_eff2": (r"488, not 200", _CODEC),
    "500_pres_subscribe_with_bad_event": (r"405, not 489", _NOT_SERVED),
    "999_message_no_body": (r"400, not 200", _LENGTH),
}
