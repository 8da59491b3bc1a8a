"""Opens the pjsua2 endpoint: limits, media clock, codecs, transports. Runs on the SIP thread."""

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pjsua2 as pj

from config.settings import SipTransport
from config.version import USER_AGENT
from engine.errors import SetupError
from engine.model.trunk import AddressFamily
from sip.call_room import MAX_CALLS
from sip.config import ConnectionRoom, ListenAddress, SipConfig, Tls
from sip.media.media_priority import preferring_new_threads
from sip.message_log import LEVEL, MessageLog

MAX_PORTS = 4096
PTIME_MS = 20
READERS = 2
"""Threads for packets: one, and another that reads what it was kept from (packets-read-by-another.patch)."""
TLS_VERSIONS = (1 << 4) | (1 << 5)  # pj_ssl_sock_proto: 1.2 and 1.3, for the library's own default is 1.0 to 1.2
ADDRESS_IN_USE = 120098  # PJ_STATUS_FROM_OS(EADDRINUSE)

_TRANSPORTS = {
    (SipTransport.UDP, AddressFamily.IPV4): pj.PJSIP_TRANSPORT_UDP,
    (SipTransport.TCP, AddressFamily.IPV4): pj.PJSIP_TRANSPORT_TCP,
    (SipTransport.TLS, AddressFamily.IPV4): pj.PJSIP_TRANSPORT_TLS,
    (SipTransport.UDP, AddressFamily.IPV6): pj.PJSIP_TRANSPORT_UDP6,
    (SipTransport.TCP, AddressFamily.IPV6): pj.PJSIP_TRANSPORT_TCP6,
    (SipTransport.TLS, AddressFamily.IPV6): pj.PJSIP_TRANSPORT_TLS6,
}


def open_endpoint(config: SipConfig) -> pj.Endpoint:
    """A started endpoint. Raises SetupError when a port is taken or the library is not ours."""
    endpoint = pj.Endpoint()
    with _silent_stdout():
        endpoint.libCreate()
    try:
        with preferring_new_threads():
            endpoint.libInit(_endpoint_config(config))
            pj.open_waker()
            pj.open_host_table()
            pj.answer_strongest_challenges()
            pj.watch_tls()
            pj.limit_connections(_connection_limits(config.connections))
            pj.open_session_terms()
            pj.open_ice_lite()
            pj.share_encoding()
            pj.watch_media_clock()
            endpoint.audDevManager().setNullDev()
            for listening in config.everywhere.values():
                for transport in listening.transports:
                    open_transport(endpoint, transport, listening, config.tls, config.connections.stranger_s)
            endpoint.libStart()
        _order_codecs(endpoint, config)
    except BaseException:
        endpoint.libDestroy()
        raise
    return endpoint


def _connection_limits(room: ConnectionRoom) -> pj.ConnectionLimits:
    limits = pj.ConnectionLimits()
    limits.all, limits.strangers, limits.eachStranger = room.most, room.strangers, room.each_stranger
    limits.strangerSeconds = limits.messageSeconds = room.stranger_s
    limits.idleSeconds = room.idle_s
    return limits


@contextmanager
def _silent_stdout() -> Iterator[None]:
    """The library greets on standard output before its log can be set; ours is read by programs."""
    sys.stdout.flush()
    kept = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        yield
        # Into a pipe, C's own buffer would keep the greeting until the process ends.
        ctypes.CDLL(None).fflush(None)
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


def _endpoint_config(config: SipConfig) -> pj.EpConfig:
    settings = pj.EpConfig()
    settings.uaConfig.threadCnt = 0
    settings.uaConfig.mainThreadOnly = True
    settings.uaConfig.maxCalls = MAX_CALLS
    settings.uaConfig.userAgent = USER_AGENT
    settings.medConfig.clockRate = config.rate_hz
    settings.medConfig.sndClockRate = config.rate_hz
    settings.medConfig.audioFramePtime = PTIME_MS
    settings.medConfig.maxMediaPorts = MAX_PORTS
    settings.medConfig.noVad = True
    settings.medConfig.ecTailLen = 0
    settings.medConfig.hasIoqueue = True
    settings.medConfig.threadCnt = READERS
    settings.medConfig.sndAutoCloseTime = -1
    settings.logConfig.consoleLevel = 0
    settings.logConfig.level = 5 if config.log_file else 0
    settings.logConfig.msgLogging = 1 if config.log_file else 0
    if config.log_file:
        settings.logConfig.filename = str(config.log_file)
    elif config.log_messages:
        # What a writer takes counts as written to the console.
        settings.logConfig.level = settings.logConfig.consoleLevel = LEVEL
        settings.logConfig.msgLogging = 1
        writer = MessageLog()
        writer.__disown__()  # the library deletes it at its end
        settings.logConfig.writer = writer
    return settings


def open_tls_client(endpoint: pj.Endpoint, listening: ListenAddress, tls: Tls) -> int:
    """A transport of its own for who presents or trusts other certificates; its number. Raises SetupError."""
    settings = pj.TransportConfig()
    settings.boundAddress = listening.host
    if listening.sip_public_address:
        settings.publicAddress = listening.sip_public_address
    _present_certificate(settings.tlsConfig, tls)
    try:
        return int(endpoint.transportCreate(_TRANSPORTS[SipTransport.TLS, listening.family], settings))
    except pj.Error as error:
        raise SetupError(f"SIP over TLS can't be opened: {error.reason}.") from None


def tls_listener(endpoint: pj.Endpoint, family: AddressFamily) -> int:
    """The library's number of the transport over TLS that was opened first for an IP version: where we listen."""
    kind = _TRANSPORTS[SipTransport.TLS, family]
    return next(int(each) for each in endpoint.transportEnum() if endpoint.transportGetInfo(each).type == kind)


def open_transport(
    endpoint: pj.Endpoint, transport: SipTransport, listening: ListenAddress, tls: Tls, handshake_s: int
) -> None:
    """Listen. Raises SetupError when the port is taken."""
    settings = pj.TransportConfig()
    settings.boundAddress = listening.host
    settings.port = listening.port + (transport is SipTransport.TLS)
    if listening.sip_public_address:
        settings.publicAddress = listening.sip_public_address
    if transport is SipTransport.TLS:
        _present_certificate(settings.tlsConfig, tls)
        settings.tlsConfig.msecTimeout = handshake_s * 1000
    try:
        endpoint.transportCreate(_TRANSPORTS[transport, listening.family], settings)
    except pj.Error as error:
        if error.status == ADDRESS_IN_USE:
            raise SetupError(
                f"{transport.upper()} port {settings.port} on {listening.host} is taken by another program. "
                "Stop it, or set TELEFOON_SIP_PORT to a free port."
            ) from None
        raise SetupError(
            f"SIP over {transport.upper()} can't listen on {listening.host}:{settings.port}: {error.reason}."
        ) from None


def _present_certificate(settings: pj.TlsConfig, tls: Tls) -> None:
    settings.proto = TLS_VERSIONS
    settings.verifyServer = tls.verify
    if tls.verify and (authorities := tls.authorities):
        settings.CaListFile = str(authorities)
    if tls.certificate and tls.key:
        settings.certFile = str(tls.certificate)
        settings.privKeyFile = str(tls.key)


def carried_codecs(endpoint: pj.Endpoint, config: SipConfig) -> frozenset[str]:
    """Names in lower case of the codecs that are wanted and that the library has."""
    return frozenset(codec.lower() for codec in config.codecs) & _codecs_of(endpoint)


def _order_codecs(endpoint: pj.Endpoint, config: SipConfig) -> None:
    wanted = [codec.lower() for codec in config.codecs]
    for codec in endpoint.codecEnum2():
        name = _name_of(codec)
        endpoint.codecSetPriority(codec.codecId, 255 - wanted.index(name) if name in wanted else 0)
    if not carried_codecs(endpoint, config):
        found = ", ".join(sorted(_codecs_of(endpoint)))
        raise SetupError(f"TELEFOON_CODECS names no codec of this library; it has {found}.")


def _codecs_of(endpoint: pj.Endpoint) -> frozenset[str]:
    return frozenset(_name_of(codec) for codec in endpoint.codecEnum2())


def _name_of(codec: pj.CodecInfo) -> str:
    return str(codec.codecId).partition("/")[0].lower()
