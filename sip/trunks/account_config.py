"""The library's settings of an account: of a trunk, or of our own where no trunk carries a call."""

from typing import Final

import pjsua2 as pj

from engine.model.trunk import (
    AddressFamily,
    Authentication,
    KeepAlive,
    ReliableProvisionals,
    SessionTimers,
    Srtp,
    SrtpKeying,
    Transport,
    Trunk,
)
from sip.config import ListenAddress, SipConfig
from sip.trunks.uris import contact, identity, proxy_contact, proxy_uri, registrar_uri

MIN_SESSION_S: Final = 90  # RFC 4028 §4

_SRTP: Final = {
    Srtp.OFF: pj.PJMEDIA_SRTP_DISABLED,
    Srtp.OPTIONAL: pj.PJMEDIA_SRTP_OPTIONAL,
    Srtp.REQUIRED: pj.PJMEDIA_SRTP_MANDATORY,
}
_KEYINGS: Final = {
    SrtpKeying.SDES: pj.PJMEDIA_SRTP_KEYING_SDES,
    SrtpKeying.DTLS: pj.PJMEDIA_SRTP_KEYING_DTLS_SRTP,
}
_USES: Final = {
    AddressFamily.IPV4: pj.PJSUA_IPV6_DISABLED,
    AddressFamily.IPV6: pj.PJSUA_IPV6_ENABLED_USE_IPV6_ONLY,
}
_TIMERS: Final = {
    SessionTimers.OFF: pj.PJSUA_SIP_TIMER_INACTIVE,
    SessionTimers.SUPPORTED: pj.PJSUA_SIP_TIMER_OPTIONAL,
    SessionTimers.REQUIRED: pj.PJSUA_SIP_TIMER_REQUIRED,
    SessionTimers.ALWAYS: pj.PJSUA_SIP_TIMER_ALWAYS,
}


def link_account_config(config: SipConfig, family: AddressFamily) -> pj.AccountConfig:
    """Settings of the account over an IP version of links between rooms of nodes."""
    account = account_config(config, family)
    if config.links_are_secure:
        account.mediaConfig.srtpUse = pj.PJMEDIA_SRTP_MANDATORY
        account.mediaConfig.srtpSecureSignaling = 1
    return account


def account_config(
    config: SipConfig, family: AddressFamily, trunk: Trunk | None = None, *, registers: bool = False
) -> pj.AccountConfig:
    """Settings of an account over an IP version: of a trunk, or without one of our own."""
    listening = config.everywhere[family].towards(trunk)
    account = pj.AccountConfig()
    account.idUri = identity(trunk, listening)
    if trunk is not None and trunk.reliable_provisionals is ReliableProvisionals.REQUIRED:
        account.callConfig.prackUse = pj.PJSUA_100REL_MANDATORY
    _time_sessions(account, config, trunk)
    account.natConfig.contactRewriteUse = 0
    account.natConfig.viaRewriteUse = 0
    account.natConfig.sdpNatRewriteUse = 0
    account.mediaConfig.transportConfig.boundAddress = listening.host
    account.mediaConfig.transportConfig.port = listening.rtp_first_port
    account.mediaConfig.transportConfig.portRange = listening.rtp_last_port - listening.rtp_first_port
    # Otherwise the library looks for this machine's addresses anew for each call.
    account.mediaConfig.ipv6Use = _USES[family]
    account.sipConfig.ipv6Use = _USES[family]
    if listening.public_address:
        account.mediaConfig.transportConfig.publicAddress = listening.public_address
    account.mediaConfig.srtpUse = _SRTP[trunk.srtp] if trunk else pj.PJMEDIA_SRTP_DISABLED
    account.mediaConfig.srtpSecureSignaling = 0
    account.mediaConfig.srtpOpt.keyings.append(_KEYINGS[trunk.srtp_keying if trunk else SrtpKeying.SDES])
    account.regConfig.registerOnAdd = registers
    if trunk is not None:
        _speak_to(account, trunk, registers=registers)
        _be_reached(account, trunk, listening)
        if registers and listening.is_behind_proxy(trunk):
            account.sipConfig.contactForced = proxy_contact(trunk, listening)
    return account


def _time_sessions(account: pj.AccountConfig, config: SipConfig, trunk: Trunk | None) -> None:
    shortest_s = trunk.session_min_s if trunk else MIN_SESSION_S
    expires_s = (trunk.session_expires_s if trunk else 0) or config.session_expires_s
    account.callConfig.timerUse = _TIMERS[trunk.session_timers] if trunk else pj.PJSUA_SIP_TIMER_ALWAYS
    account.callConfig.timerMinSESec = shortest_s
    account.callConfig.timerSessExpiresSec = max(expires_s, shortest_s)


def _speak_to(account: pj.AccountConfig, trunk: Trunk, *, registers: bool) -> None:
    if trunk.user:
        account.sipConfig.authCreds.append(pj.AuthCredInfo("digest", "*", trunk.user, 0, trunk.password))
    if proxy := proxy_uri(trunk):
        account.sipConfig.proxies.append(proxy)
    account.natConfig.udpKaIntervalSec = trunk.keep_alive_s if trunk.keep_alive is KeepAlive.CRLF else 0
    if registers:
        account.regConfig.registrarUri = registrar_uri(trunk)
        account.regConfig.timeoutSec = trunk.expires_s
        account.regConfig.retryIntervalSec = 0  # sip/trunks/account.py asks again, after any answer that is no


def _be_reached(account: pj.AccountConfig, trunk: Trunk, listening: ListenAddress) -> None:
    # Over TCP and TLS, the library tells our address that is nearest to the trunk, wherever we listen, or the
    # connection's own, which may be all that a trunk reaches that does not know our address.
    connects_to_us = trunk.transport is not Transport.UDP and trunk.auth is Authentication.IP and listening.is_told
    is_public = bool(trunk.public_address) and trunk.public_address == listening.public_address
    if is_public or connects_to_us:
        account.sipConfig.contactForced = contact(trunk, listening)
