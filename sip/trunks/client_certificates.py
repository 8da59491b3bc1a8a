"""Who calls, by the certificate that they show as clients of TLS: whether it is trusted, and for whom it is."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path

import structlog
from cryptography import x509
from cryptography.x509.oid import NameOID
from cryptography.x509.verification import ExtensionPolicy, PolicyBuilder, Store, VerificationError

from engine.model.trunk import Trunk
from sip.config import Tls
from sip.trunks.sources import of_several

log = structlog.get_logger(__name__)


def trunk_of_certificate(
    trunks: Sequence[Trunk], pem: str, tls: Tls, users: Sequence[str], at: datetime
) -> Trunk | None:
    """The trunk that a call comes from, of these that are known by certificates; of several by the user that is called.

    `tls` is the node's own.
    """
    found = [
        trunk
        for trunk in trunks
        if trusted_names(pem, tls.towards(trunk).authorities, at) & {host.host.lower() for host in trunk.hosts}
    ]
    return of_several(found, users)


def trusted_names(pem: str, authorities: Path | None, at: datetime) -> frozenset[str]:
    """The names of whoever shows these certificates, its own first; none where nobody vouches for it.

    `authorities` is a PEM file. Why a certificate is not trusted goes into the log.
    """
    try:
        own, *others = _read(pem)
        anchors = _anchors(authorities, authorities.stat().st_mtime_ns) if authorities is not None else None
        if anchors is None:
            return frozenset()
        _verify(own, others, anchors, at)
        return names_of(own)
    except (ValueError, OSError, VerificationError, x509.DuplicateExtension) as error:
        log.info("client_certificate_not_trusted", why=str(error))
        return frozenset()


def names_of(certificate: x509.Certificate) -> frozenset[str]:
    """Whom it is for, in lower case (RFC 5922 §7.1): SIP domains, else hosts, and the common name where it has no SAN.

    Raises ValueError, DuplicateExtension where it can't be read.
    """
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        common = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        return frozenset(str(each.value).lower() for each in common)
    domains = [
        uri[len("sip:") :]
        for uri in names.get_values_for_type(x509.UniformResourceIdentifier)
        if uri.lower().startswith("sip:") and "@" not in uri  # one with a user is no domain
    ]
    addresses = map(str, names.get_values_for_type(x509.IPAddress))
    hosts = [*names.get_values_for_type(x509.DNSName), *addresses]
    return frozenset(each.lower() for each in domains or hosts)


def _verify(own: x509.Certificate, others: Sequence[x509.Certificate], anchors: Store, at: datetime) -> None:
    # Those of the web must name a host, and be for servers.
    policy = (
        PolicyBuilder()
        .store(anchors)
        .time(at)
        .extension_policies(ca_policy=ExtensionPolicy.webpki_defaults_ca(), ee_policy=ExtensionPolicy.permit_all())
    )
    policy.build_client_verifier().verify(own, list(others))


@lru_cache(maxsize=8)
def _read(pem: str) -> Sequence[x509.Certificate]:
    return x509.load_pem_x509_certificates(pem.encode("ascii"))


@lru_cache(maxsize=8)
def _anchors(file: Path, changed_ns: int) -> Store:
    """The certificates of a file as it was at its last change."""
    del changed_ns
    return Store(x509.load_pem_x509_certificates(file.read_bytes()))
