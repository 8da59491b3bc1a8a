"""A signature that does not match is explained by what differs."""

import hashlib

import pytest

from engine.webhooks.signing import message_signature, url_signature
from engine.webhooks.verification import Claim, explain, explain_message

NEW, OLD = "whsec_bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmV3", "whsec_b2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xk"
SECRETS = {"the newest": NEW, "a former one": OLD}
URL = "https://customer.example/flow?x=1"
FORM = {"CallSid": "CA1", "Digits": "1", "Name": "Zoë & co"}
BODY = b'{"CallSid": "CA1"}'
BODY_HASH = hashlib.sha256(BODY).hexdigest()


def test_what_matches_needs_no_change() -> None:
    found = explain(Claim(URL, FORM), url_signature(NEW, URL, FORM), SECRETS)
    assert found is not None
    assert (found.secret, found.changes) == ("the newest", ())


def test_a_former_secret_is_named() -> None:
    found = explain(Claim(URL, FORM), url_signature(OLD, URL, FORM), SECRETS)
    assert found is not None
    assert (found.secret, found.changes) == ("a former one", ())


@pytest.mark.parametrize(
    ("seen", "word"),
    [
        (Claim(URL.replace("https", "http"), FORM), "proxy"),
        (Claim("https://customer.example:8443/flow?x=1", FORM), "no port"),
        (Claim("https://customer.example/flow/?x=1", FORM), "slash"),
        (Claim("https://anna:pw@customer.example/flow?x=1", FORM), "User and password"),
        (Claim(f"{URL}#rc=2", FORM), "fragment"),
        (Claim(URL, {**FORM, "x": "1"}), "query were taken for"),
        (Claim(URL, {**FORM, "Extra": "y"}), "Extra was not in"),
        (Claim(URL, {**FORM, "Name": "Zo%C3%AB+%26+co"}), "decoded first"),
        (Claim(URL, {**FORM, "Name": "ZoÃ« & co"}), "Latin-1"),
        (Claim(URL, {**FORM, "Digits": "1 "}), "spaces around"),
    ],
)
def test_one_difference_is_named(seen: Claim, word: str) -> None:
    found = explain(seen, url_signature(NEW, URL, FORM), SECRETS)
    assert found is not None
    [sentence] = found.changes
    assert word in sentence


@pytest.mark.parametrize(
    ("seen", "signed", "word"),
    [
        (Claim("https://c.example/a?x=1"), "https://c.example/a", "no query"),
        (Claim("https://c.example/a", {"Digits": "1", "a": "é"}), "https://c.example/a?Digits=1&a=%C3%A9", "GET"),
        (Claim("https://c.example/a", FORM), "https://c.example/a", "not in a form"),
        (Claim("https://c.example/a", body=BODY), f"https://c.example/a?bodySHA256={BODY_HASH}", "bodySHA256"),
        (Claim("https://c.example/a b"), "https://c.example/a%20b", "as it was sent"),
        (Claim("https://c.example/?a=b%20c"), "https://c.example/?a=b+c", "%20"),
        (Claim("https://c.example/a"), "https://c.example:443/a", "default port"),
    ],
)
def test_a_difference_in_the_url_is_named(seen: Claim, signed: str, word: str) -> None:
    found = explain(seen, url_signature(NEW, signed, {}), SECRETS)
    assert found is not None
    [sentence] = found.changes
    assert word in sentence


def test_two_differences_are_named() -> None:
    seen = Claim("http://customer.example:8080/flow?x=1", FORM)
    found = explain(seen, url_signature(NEW, URL, FORM), SECRETS)
    assert found is not None
    assert len(found.changes) == 2


def test_what_nothing_explains_is_none() -> None:
    assert explain(Claim(URL, FORM), url_signature("another", URL, FORM), SECRETS) is None
    assert explain(Claim("nonsense", {}), "é", SECRETS) is None


def test_a_message_signature_is_explained_too() -> None:
    signature = f"v1,AAAA {message_signature(OLD, 'RQ1', 5, BODY)}"
    found = explain_message("RQ1", 5, BODY + b"\n", signature, SECRETS)
    assert found is not None
    assert found.secret == "a former one"
    assert "line break" in found.changes[0]
    assert explain_message("RQ2", 5, BODY, signature, SECRETS) is None
