"""The certificate that the REST interface shows over TLS, renewed when its files change, without a new start."""

import asyncio
import ssl
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import structlog

from engine.errors import SetupError

LOOKS_EVERY_S: Final = 5.0
SOON: Final = timedelta(days=14)
"""Who renews by a program does so a month before."""

log = structlog.get_logger(__name__)


class ServedCertificate:
    """A PEM chain and its key, in a context of TLS 1.2 and newer. For asyncio's thread: reading both takes 0.2 ms."""

    def __init__(self, certificate: Path, key: Path) -> None:
        """Raises SetupError where the files are no certificate and its key."""
        self._files = (certificate, key)
        self._refused = False
        self._stamp = self._changed_at()
        try:
            self.context = self._loaded()
            self.until = expiry_of(certificate)
            """Until when the certificate that is shown now is valid."""
        except (OSError, ValueError) as error:
            raise SetupError(
                f"HTTP can't show the certificate {certificate} with the key {key}: {error}. "
                "Set TELEFOON_HTTP_TLS_CERT and TELEFOON_HTTP_TLS_KEY to PEM files that belong together."
            ) from error

    async def watch(self) -> None:
        """Look again and again whether the files have changed."""
        while True:
            await asyncio.sleep(LOOKS_EVERY_S)
            self.renew()

    def renew(self) -> None:
        """Show what the files hold now, if that has changed and is a pair; else the former stays, and the log says so.

        Connections that are open keep theirs.
        """
        stamp = self._changed_at()
        if stamp == self._stamp:
            return
        self._stamp = stamp
        certificate, key = self._files
        try:
            self._loaded()  # a half-written pair would spoil the context that is in use
            until = expiry_of(certificate)
            self.context.load_cert_chain(certificate, key)
        except (OSError, ValueError) as error:
            self._refused = True
            log.error("http_certificate_refused", certificate=str(certificate), error=str(error))
        else:
            self._refused = False
            self.until = until
            log.info("http_certificate_renewed", certificate=str(certificate), until=until.isoformat())

    def cautions(self, now: datetime) -> Iterator[str]:
        """What will keep clients away, or does already, in a sentence each."""
        if self._refused:
            yield "HTTP shows its former certificate: what the files hold now was refused (http_certificate_refused)."
        if self.until <= now:
            yield f"HTTP's certificate has expired, on {self.until:%Y-%m-%d %H:%M} UTC."
        elif self.until < now + SOON:
            yield f"HTTP's certificate expires soon, on {self.until:%Y-%m-%d %H:%M} UTC."

    def _loaded(self) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(*self._files)
        return context

    def _changed_at(self) -> tuple[int, ...]:
        """When each file was changed, in ns; 0 for one that is not there."""
        return tuple(file.stat().st_mtime_ns if file.exists() else 0 for file in self._files)


def expiry_of(certificate: Path) -> datetime:
    """Until when the first certificate of a PEM file is valid. Raises OSError, and ValueError for what is none."""
    from cryptography import x509  # a node without TLS of its own needs none of it

    return x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc
