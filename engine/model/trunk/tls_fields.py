"""The fields of a trunk about certificates (TLS)."""

from typing import Final

from engine.model.trunk.choices import TlsVerify
from engine.model.trunk.field import OneOf, Text, declared
from engine.model.trunk.patterns import FILE

CA: Final = declared(
    Text(FILE, "is no path; write it from the root on, such as /etc/telefoon/carrier-ca.pem."),
    "File on the node with the certificates (PEM) of whom the trunk's server may come from; left out, the setting "
    "tls_ca, and without either the system's certificate authorities.",
    default="",
)
VERIFY: Final = declared(
    OneOf(TlsVerify),
    "Whether the server's certificate is checked: on; or off, and anybody on the way may pose as the carrier.",
    default=TlsVerify.ON,
)
CERTIFICATE: Final = declared(
    Text(FILE, "is no path; write it from the root on, such as /etc/telefoon/cert.pem."),
    "File on the node with the certificate (PEM) that we present to the trunk; left out, the setting tls_cert.",
    default="",
)
KEY: Final = declared(
    Text(FILE, "is no path; write it from the root on, such as /etc/telefoon/key.pem."),
    "File on the node with the key of tls_certificate.",
    default="",
)
