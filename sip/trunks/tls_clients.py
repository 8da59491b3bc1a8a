"""Transports over TLS for trunks that trust, or are shown, other certificates than the node's own."""

import os

import pjsua2 as pj

from engine.errors import SetupError
from engine.model.trunk import AddressFamily, Trunk
from sip.config import SipConfig, Tls
from sip.endpoint import open_tls_client


class TlsClients:
    """Opens one for each set of certificates and IP version, and keeps it until the end. Lives on the SIP thread."""

    def __init__(self, config: SipConfig) -> None:
        self._config = config
        self._opened: dict[tuple[Tls, AddressFamily], int] = {}

    def transport(self, trunk: Trunk, family: AddressFamily) -> int | None:
        """The library's number of the trunk's transport over an IP version; None where the trunk has no certificates.

        Raises SetupError.
        """
        if not trunk.tls_ca and not trunk.tls_key:
            return None
        tls = self._config.tls.towards(trunk)
        for name in ("tls_ca", "tls_certificate", "tls_key"):
            if (file := getattr(trunk, name)) and not os.access(file, os.R_OK):
                raise SetupError(f"{name}: the file {file} can't be read.")
        if (tls, family) not in self._opened:
            listening = self._config.everywhere[family]
            self._opened[tls, family] = open_tls_client(pj.Endpoint.instance(), listening, tls)
        return self._opened[tls, family]
