"""Where a token is, as RFC 7512 writes it, as far as we take it."""

import pytest

from engine.errors import SetupError
from engine.recordings.encryption.pkcs11_uri import EXAMPLE, Pkcs11Place


def test_the_example_is_read_as_the_rfc_says() -> None:
    place = Pkcs11Place.read(EXAMPLE.removeprefix("kms:pkcs11:"))

    assert (place.token, place.serial, place.object) == ("telefoon", None, "recordings")
    assert place.module_path == "/usr/lib/softhsm/libsofthsm2.so"
    assert place.pin_source == "file:/etc/telefoon/pin"


def test_values_are_percent_encoded_and_the_order_is_free() -> None:
    place = Pkcs11Place.read("serial=a%3B1;token=My%20HSM?pin-source=env:PIN&module-path=/lib/a%26b.so")

    assert (place.token, place.serial, place.module_path) == ("My HSM", b"a;1", "/lib/a&b.so")
    assert place.object == "telefoon", "unless it is said"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "needs module-path, pin-source and token or serial"),
        ("token=a?pin-source=env:PIN", "needs module-path"),
        ("object=a?module-path=/a.so&pin-source=env:PIN", "token or serial"),
        ("token=a?module-path=/a.so", "pin-source"),
        ("token=a?module-path=/a.so&pin-source=1234", "pin-source of a PKCS #11 place is file:PATH"),
        ("token=a?module-path=/a.so&pin-value=1234", "does not belong in a setting"),
        (
            "token=a;slot-id=1?module-path=/a.so&pin-source=env:PIN",
            "has module-path, object, pin-source, serial, token",
        ),
        ("token=?module-path=/a.so&pin-source=env:PIN", "has module-path, object"),
    ],
)
def test_what_is_wrong_is_told_without_repeating_a_pin(text: str, told: str) -> None:
    with pytest.raises(SetupError, match=told) as refused:
        Pkcs11Place.read(text)
    assert "1234" not in str(refused.value)
