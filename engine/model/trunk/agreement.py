"""Which fields of a trunk go together: what each one means depends on others, and some of them exclude each other."""

from typing import TYPE_CHECKING, Final

from engine.errors import InvalidField
from engine.model.trunk.address_family import AddressFamily
from engine.model.trunk.choices import (
    T38,
    Authentication,
    DigestAlgorithms,
    Ice,
    KnownBy,
    RegisterAt,
    RtpSource,
    Srtp,
    SrtpKeying,
    TlsVerify,
    Transport,
)
from engine.model.trunk.hosts import read_host
from engine.model.trunk.number_uris import NumberScheme
from engine.model.trunk.patterns import is_address

if TYPE_CHECKING:
    from engine.model.trunk.trunk import Trunk

_FIRST_DYNAMIC_TYPE: Final = 96
"""RFC 3551 §6: payload types from here on mean what a description says."""
_SHORTEST_SESSION_S: Final = 90
"""RFC 4028 §4"""


def require_agreement(trunk: "Trunk") -> None:
    """Raises InvalidField with the name of the field that does not go with the others."""
    if not trunk.hosts:
        raise InvalidField("hosts", "A trunk needs a host.")
    _check_credentials(trunk)
    _check_known_by(trunk)
    _check_transport(trunk)
    _check_family(trunk)
    _check_numbers(trunk)
    _check_times(trunk)
    _check_signing(trunk)
    _check_keys(trunk)
    _check_media(trunk)
    _check_fax(trunk)


def _check_credentials(trunk: "Trunk") -> None:
    if trunk.password and not trunk.user:
        raise InvalidField("user", "A password needs a user.")
    if trunk.auth is Authentication.REGISTER and not trunk.user:
        raise InvalidField("user", "To register, a trunk needs a user.")
    if trunk.auth is Authentication.REGISTER and not trunk.password:
        raise InvalidField("password", "To register, a trunk needs a password.")
    if trunk.register_at is RegisterAt.EACH and trunk.registrar:
        raise InvalidField("registrar", "With register_at each, REGISTER goes to the hosts, and to no other registrar.")
    if trunk.from_is_user and not trunk.user:
        raise InvalidField("user", "From can't have the user where there is none.")


def _check_known_by(trunk: "Trunk") -> None:
    if trunk.known_by is not KnownBy.ADDRESS and trunk.auth is Authentication.NONE:
        raise InvalidField("known_by", "With auth none no calls come in, so nothing tells whose they are.")
    if trunk.known_by is KnownBy.TLS and trunk.transport is not Transport.TLS:
        raise InvalidField("known_by", "Certificates need the transport tls.")
    if trunk.known_by is KnownBy.TLS and trunk.tls_verify is TlsVerify.OFF:
        raise InvalidField("known_by", "With tls_verify off no certificate is checked, so none tells who calls.")
    if trunk.known_by is KnownBy.DIGEST and not (trunk.user and trunk.password):
        raise InvalidField("known_by", "Digest needs user and password.")
    if trunk.known_by is not KnownBy.DIGEST and trunk.digest_algorithms is not DigestAlgorithms.BOTH:
        raise InvalidField("digest_algorithms", "Nothing is asked for without known_by digest.")


def _check_transport(trunk: "Trunk") -> None:
    if trunk.public_address and not is_address(trunk.public_address):
        raise InvalidField("public_address", f"{trunk.public_address!r} is no IP address.")
    if trunk.sips and trunk.transport is not Transport.TLS:
        raise InvalidField("sips", "Addresses written sips: need the transport tls.")
    if bool(trunk.tls_certificate) != bool(trunk.tls_key):
        raise InvalidField("tls_key", "tls_certificate and tls_key go together.")
    if (trunk.tls_ca or trunk.tls_key) and trunk.transport is not Transport.TLS:
        raise InvalidField("tls_ca" if trunk.tls_ca else "tls_key", "Certificates need the transport tls.")
    if trunk.tls_verify is TlsVerify.OFF and trunk.transport is not Transport.TLS:
        raise InvalidField("tls_verify", "Without the transport tls there is no certificate to check.")
    if trunk.tls_verify is TlsVerify.OFF and trunk.tls_ca:
        raise InvalidField("tls_verify", "With tls_ca certificates are checked; leave one of the two out.")


def _check_family(trunk: "Trunk") -> None:
    written = {
        "hosts": [host.host for host in trunk.hosts],
        "outbound_proxy": _host_in("outbound_proxy", trunk.outbound_proxy),
        "registrar": _host_in("registrar", trunk.registrar),
        "public_address": [trunk.public_address],
    }
    for name, hosts in written.items():
        for host in filter(is_address, hosts):
            family = AddressFamily.of(host)
            if not trunk.address_family.has(family):
                raise InvalidField(
                    name, f"{host} is an address of {family.words}, and address_family is {trunk.address_family}."
                )


def _host_in(name: str, written: str) -> list[str]:
    try:
        return [read_host(written).host] if written else []
    except ValueError as error:
        raise InvalidField(name, f"{written!r}: {error}") from None


def _check_numbers(trunk: "Trunk") -> None:
    if trunk.called.scheme is NumberScheme.TEL and not trunk.outbound_proxy:
        raise InvalidField("outbound_proxy", "A tel: URI names no host: called numbers in one need a proxy.")
    if trunk.called.user_phone and "user=phone" in trunk.uri_parameters.split(";"):
        raise InvalidField("uri_parameters", "user=phone is said by called already.")


def _check_times(trunk: "Trunk") -> None:
    if 0 < trunk.session_expires_s < _SHORTEST_SESSION_S:
        raise InvalidField("session_expires_s", f"{trunk.session_expires_s} is not allowed; give 0, or 90 to 86400.")
    if 0 < trunk.session_expires_s < trunk.session_min_s:
        raise InvalidField("session_min_s", f"It is more than session_expires_s, {trunk.session_expires_s}.")
    if 0 < trunk.maxptime_ms < trunk.ptime_ms:
        raise InvalidField("maxptime_ms", f"It is less than ptime_ms, {trunk.ptime_ms}.")


def _check_signing(trunk: "Trunk") -> None:
    for name, given in (("stir_key", trunk.stir_key), ("stir_certificate_url", trunk.stir_certificate_url)):
        if trunk.stir.signs and not given:
            raise InvalidField(name, "To sign who calls, a trunk needs stir_key and stir_certificate_url.")


def _check_keys(trunk: "Trunk") -> None:
    if 0 < trunk.dtmf_payload_type < _FIRST_DYNAMIC_TYPE:
        raise InvalidField("dtmf_payload_type", f"{trunk.dtmf_payload_type} is not allowed; give 0, or 96 to 127.")
    if trunk.dtmf_payload_type and not trunk.dtmf.offers_events:
        raise InvalidField("dtmf_payload_type", f"With dtmf {trunk.dtmf}, no telephone-event is offered.")


def _check_media(trunk: "Trunk") -> None:
    if trunk.ice is Ice.LITE and trunk.rtp_source is RtpSource.SIGNALLED:
        raise InvalidField("rtp_source", "With ice lite, checks say where the far end is: it can't be signalled.")


def _check_fax(trunk: "Trunk") -> None:
    # Sound returns after a fax on new ports, for which keys of DTLS would have to be agreed on anew.
    if trunk.t38 is T38.PASS and trunk.srtp is not Srtp.OFF and trunk.srtp_keying is SrtpKeying.DTLS:
        raise InvalidField("t38", "With srtp_keying dtls, pass is not possible; give refuse.")
