"""Transports over TLS: each trunk goes by one that trusts whom it trusts, and shows what it shows."""

import os

import pjsua2 as pj

from engine.errors import SetupError
from engine.model.trunk import AddressFamily, Transport, Trunk
from sip.config import SipConfig, Tls
from sip.endpoint import open_tls_client, tls_listener


class TlsClients:
    """Opens one for each set of certificates but the node's own and IP version, and keeps it until the end.

    No trunk may go by a connection that another one trusts for reasons of its own, also to the same server. Lives on
    the SIP thread.
    """

    def __init__(self, config: SipConfig) -> None:
        self._config = config
        self._opened: dict[tuple[Tls, AddressFamily], int] = {}

    def transport(self, trunk: Trunk, family: AddressFamily) -> int | None:
        """The library's number of the trunk's transport over an IP version; None where it is not over TLS.

        The node listens over TLS already. Raises SetupError.
        """
        if trunk.transport is not Transport.TLS:
            return None
        tls = self._config.tls.towards(trunk)
        for name in ("tls_ca", "tls_certificate", "tls_key"):
            if (file := getattr(trunk, name)) and not os.access(file, os.R_OK):
                raise SetupError(f"{name}: the file {file} can't be read.")
        if tls == self._config.tls:
            return tls_listener(pj.Endpoint.instance(), family)
        if (tls, family) not in self._opened:
            listening = self._config.everywhere[family]
            self._opened[tls, family] = open_tls_client(pj.Endpoint.instance(), listening, tls)
        return self._opened[tls, family]
