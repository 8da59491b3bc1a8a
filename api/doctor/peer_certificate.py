"""The certificate that a TLS server has shown: whose it is, and until when."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PeerCertificate:
    """`names` are those that it vouches for: of subjectAltName, else the common name (RFC 5922 §7.1)."""

    names: tuple[str, ...]
    until: datetime

    @classmethod
    def read(cls, der: bytes) -> "PeerCertificate":
        """Raises ValueError for what is no certificate."""
        from cryptography import x509
        from cryptography.x509.oid import NameOID

        certificate = x509.load_der_x509_certificate(der)
        try:
            alternatives = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
            names = tuple(str(each.value) for each in alternatives)
        except x509.ExtensionNotFound:
            names = tuple(str(each.value) for each in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME))
        return cls(names, certificate.not_valid_after_utc)
