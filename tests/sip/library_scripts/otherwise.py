"""Which of the library's scripts get another answer than they want, what they get, and why that is right here."""

from typing import Final

_LENGTH: Final = "Its Content-Length is longer than its body"
_METHOD: Final = "The method is unknown, where theirs is not allowed"
_NOT_SERVED: Final = "The method is not served here"
_REPLACES: Final = "To take over a call is refused before it is looked for"
_TIMER: Final = "Session timers are on here, and who has no trunk has no shortest session"
_ICE: Final = "ICE is a trunk's to have, and this call is no trunk's"
_SRTP: Final = "SRTP is a trunk's to have, and this call is no trunk's"
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
    "200_ice_success_1": (r"200, without a=ice-ufrag", _ICE),
    "200_ice_success_2": (r"200, without a=ice-ufrag, without a=candidate:[0-9a-zA-Z]+ 2 UDP", _ICE),
    "200_ice_success_3": (r"200, without a=ice-ufrag, without a=candidate:[0-9a-zA-Z]+ 2 UDP", _ICE),
    "200_ice_success_4": (r"200, without a=ice-ufrag", _ICE),
    "201_ice_mismatch_1": (r"200, without a=ice-mismatch", _ICE),
    "201_ice_mismatch_2": (r"200, without a=ice-mismatch", _ICE),
    "201_ice_mismatch_3": (r"200, without a=ice-mismatch", _ICE),
    "300_srtp_crypto_case_insensitive": (r"488, not 200", _SRTP),
    "300_srtp_duplicated_crypto_tag": (r"200, not 406", _SRTP),
    "300_srtp_invalid_crypto_tag_non_numeric": (r"200, not 406", _SRTP),
    "300_srtp_receive_no_key_1": (r"200, not 406", _SRTP),
    "300_srtp_receive_no_key_2": (r"200, not 406", _SRTP),
    "300_srtp_receive_no_key_3": (r"200, not 406", _SRTP),
    "311_srtp1_recv_avp": (r"200, without a=crypto", _SRTP),
    "312_srtp1_recv_savp": (r"488, not 200", _SRTP),
    "320_srtp2_no_crypto": (r"488, not 406", _SRTP),
    "320_srtp_with_unknown_media_1": (
        r"200, without m=audio [1-9]+[0-9]* RTP/AVP[\s\S]+a=crypto[\s\S]+m=xapplicationx 0 RTP/AVP",
        _SRTP,
    ),
    "320_srtp_with_unknown_media_2": (
        r"200, without m=xapplicationx 0 RTP/AVP[\s\S]+m=audio [1-9]+[0-9]* RTP/AVP[\s\S]+a=crypto",
        _SRTP,
    ),
    "320_srtp_with_unknown_transport_1": (
        r"200, without m=audio [1-9]+[0-9]* RTP/AVP[\s\S]+a=crypto[\s\S]+m=audio 0 UNKNOWN",
        _SRTP,
    ),
    "320_srtp_with_unknown_transport_2": (
        r"200, without m=audio 0 UNKNOWN[\s\S]+m=audio [1-9]+[0-9]* RTP/AVP[\s\S]+a=crypto",
        _SRTP,
    ),
    "321_srtp2_recv_avp": (r"200, not 488", _SRTP),
    "322_srtp2_recv_savp": (r"488, not 200", _SRTP),
    "323_srtp2_receive_too_long_key": (r"488, not 406", _SRTP),
    "323_srtp2_unsupported_crypto": (r"488, not 406", _SRTP),
    "330_srtp_prefer_rtp_savp": (
        r"200, without m=audio 0 RTP/AVP[\s\S]+m=audio [1-9]+[0-9]* RTP/SAVP[\s\S]+a=crypto",
        _SRTP,
    ),
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
