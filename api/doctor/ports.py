"""Whether the ports that a node listens on are free."""

import contextlib
import socket
from collections.abc import Sequence
from typing import Final

from api.doctor.finding import Finding
from api.doctor.server import RunningServer
from config.settings import Settings, SipTransport

_SOCKETS_PER_CALL: Final = 2  # RTP and RTCP
_LEAST_CALLS: Final = 100


async def check(settings: Settings, running: RunningServer | None) -> Sequence[Finding]:
    """The HTTP port, the SIP port of each transport, and the range for RTP, at each address of SIP."""
    sip = [
        _port(
            f"SIP port ({transport})" if len(settings.sip_hosts) == 1 else f"SIP port ({transport}, {host})",
            host,
            settings.sip_port + (transport is SipTransport.TLS),
            socket.SOCK_DGRAM if transport is SipTransport.UDP else socket.SOCK_STREAM,
            "TELEFOON_SIP_PORT",
            running,
        )
        for host in settings.sip_hosts
        for transport in settings.sip_transports
    ]
    http = _port("HTTP port", settings.http_host, settings.http_port, socket.SOCK_STREAM, "TELEFOON_HTTP_PORT", running)
    return [http, *sip, *(_rtp(settings, host) for host in settings.sip_hosts)]


def _port(subject: str, host: str, port: int, kind: int, setting: str, running: RunningServer | None) -> Finding:
    fault = _fault(host, port, kind)
    if fault is None:
        return Finding(subject, True, f"{host}:{port} is free")
    if running is not None:
        return Finding(subject, True, f"{host}:{port} is used by the running server")
    return Finding(
        subject,
        False,
        f"{host}:{port}: {fault.strerror}",
        f"Stop the program that has it, or set {setting} to a free port and {setting[:-4]}HOST to an own address.",
    )


def _rtp(settings: Settings, host: str) -> Finding:
    first, last = settings.rtp_first_port, settings.rtp_last_port
    size = last - first + 1
    free = sum(_fault(host, port, socket.SOCK_DGRAM) is None for port in range(first, last + 1))
    detail = f"{free} of {size} ports from {first} to {last} are free: {free // _SOCKETS_PER_CALL} calls at once"
    enough = free >= _LEAST_CALLS * _SOCKETS_PER_CALL
    advice = f"Set TELEFOON_RTP_PORTS to a range with {_LEAST_CALLS * _SOCKETS_PER_CALL} free ports or more."
    subject = "RTP ports" if len(settings.sip_hosts) == 1 else f"RTP ports ({host})"
    return Finding(subject, enough, detail, "" if enough else advice)


def _fault(host: str, port: int, kind: int) -> OSError | None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with contextlib.closing(socket.socket(family, kind)) as probe:
        if family is socket.AF_INET6:
            probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)  # as the library does
        if kind == socket.SOCK_STREAM:
            # As the servers do: a connection that rests after its close is no other program.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            if kind == socket.SOCK_STREAM:
                probe.listen()
        except OSError as error:
            return error
    return None
