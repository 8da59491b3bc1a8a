"""The certificate authorities that this machine trusts."""

import ssl
from pathlib import Path
from typing import Final

_BUNDLES: Final = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Ubuntu
    "/etc/pki/tls/certs/ca-bundle.crt",  # Red Hat
    "/etc/ssl/ca-bundle.pem",  # SUSE
)


def system_authorities() -> Path | None:
    """Their file (PEM): what SSL_CERT_FILE names, or else the distribution's; None where none is installed."""
    named = ssl.get_default_verify_paths().cafile
    return next((path for path in map(Path, (*([named] if named else []), *_BUNDLES)) if path.is_file()), None)
