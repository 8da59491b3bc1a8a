"""Why a signature does not match: tries what usually differs between the request sent and what a server sees of it."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Final
from urllib.parse import parse_qsl, quote, unquote, unquote_plus, urlencode, urlsplit, urlunsplit

from engine.security.secrets import same
from engine.webhooks.request import BODY_HASH
from engine.webhooks.signing import message_signature, url_signature

_MOST_CHANGES: Final = 2
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Claim:
    """A request as a server has seen it: its URL and its form, or the JSON body in `body`."""

    url: str
    form: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A way in which the request may have differed, as a sentence; `on` gives it, or None where it means nothing."""

    sentence: str
    on: Callable[[Claim], Claim | None]


@dataclass(frozen=True, slots=True)
class SignatureFinding:
    """The finding about a signature: these changes to the claim, and the secret of this name."""

    secret: str
    changes: tuple[str, ...]


def explain(claim: Claim, signature: str, secrets: Mapping[str, str]) -> SignatureFinding | None:
    """The fewest changes with which one of the secrets (by name, the likeliest first) gives an X-Twilio-Signature."""
    for changes, changed in _variations(claim):
        for name, secret in secrets.items():
            if same(url_signature(secret, changed.url, changed.form).encode(), signature.strip().encode()):
                return SignatureFinding(name, changes)
    return None


def explain_message(
    message_id: str, seconds: int, body: bytes, signatures: str, secrets: Mapping[str, str]
) -> SignatureFinding | None:
    """The same for a webhook-signature of Standard Webhooks, a list with spaces between."""
    given = signatures.split()
    bodies = {(): body, ("The body was signed without the line break at its end.",): body.rstrip(b"\r\n")}
    for changes, changed in bodies.items():
        for name, secret in secrets.items():
            made = message_signature(secret, message_id, seconds, changed).encode()
            if any(same(made, each.encode()) for each in given):
                return SignatureFinding(name, changes)
    return None


def _variations(claim: Claim) -> Iterator[tuple[tuple[str, ...], Claim]]:
    """Without change, then with one, then with two."""
    known = (*_CHANGES, *(_without(name) for name in claim.form))
    for count in range(_MOST_CHANGES + 1):
        for changes in combinations(known, count):
            changed: Claim | None = claim
            for change in changes:
                changed = change.on(changed) if changed is not None else None
            if changed is not None:
                yield tuple(change.sentence for change in changes), changed


def _other_scheme(claim: Claim) -> Claim | None:
    scheme, rest = claim.url.partition("://")[::2]
    other = {"http": "https", "https": "http"}.get(scheme.lower())
    return replace(claim, url=f"{other}://{rest}") if other else None


def _without_port(claim: Claim) -> Claim | None:
    parts = urlsplit(claim.url)
    if parts.port is None:
        return None
    return replace(claim, url=urlunsplit(parts._replace(netloc=parts.netloc.removesuffix(f":{parts.port}"))))


def _with_default_port(claim: Claim) -> Claim | None:
    parts = urlsplit(claim.url)
    port = _DEFAULT_PORTS.get(parts.scheme)
    if parts.port is not None or port is None:
        return None
    return replace(claim, url=urlunsplit(parts._replace(netloc=f"{parts.netloc}:{port}")))


def _other_slash(claim: Claim) -> Claim:
    parts = urlsplit(claim.url)
    path = parts.path[:-1] if parts.path.endswith("/") else f"{parts.path}/"
    return replace(claim, url=urlunsplit(parts._replace(path=path)))


def _without_query(claim: Claim) -> Claim | None:
    parts = urlsplit(claim.url)
    return replace(claim, url=urlunsplit(parts._replace(query=""))) if parts.query else None


def _without_user(claim: Claim) -> Claim | None:
    parts = urlsplit(claim.url)
    _user, at, host = parts.netloc.rpartition("@")
    return replace(claim, url=urlunsplit(parts._replace(netloc=host))) if at else None


def _without_fragment(claim: Claim) -> Claim | None:
    parts = urlsplit(claim.url)
    return replace(claim, url=urlunsplit(parts._replace(fragment=""))) if parts.fragment else None


def _without_form(claim: Claim) -> Claim | None:
    return replace(claim, form={}) if claim.form else None


def _form_in_query(claim: Claim) -> Claim | None:
    if not claim.form:
        return None
    joint = "&" if "?" in claim.url else "?"
    return Claim(f"{claim.url}{joint}{urlencode(claim.form)}")


def _query_in_form(claim: Claim) -> Claim | None:
    """Frameworks mix the two."""
    query = dict(parse_qsl(urlsplit(claim.url).query, keep_blank_values=True))
    left = {name: value for name, value in claim.form.items() if query.get(name) != value}
    return replace(claim, form=left) if len(left) < len(claim.form) else None


def _with_body_hash(claim: Claim) -> Claim | None:
    if claim.body is None:
        return None
    parts = urlsplit(claim.url)
    kept = [each for each in parts.query.split("&") if each and not each.startswith(f"{BODY_HASH}=")]
    query = "&".join([*kept, f"{BODY_HASH}={hashlib.sha256(claim.body).hexdigest()}"])
    return replace(claim, url=urlunsplit(parts._replace(query=query)), form={})


def _values(change: Callable[[str], str]) -> Callable[[Claim], Claim | None]:
    def on(claim: Claim) -> Claim | None:
        try:
            form = {name: change(value) for name, value in claim.form.items()}
        except UnicodeError:
            return None
        return replace(claim, form=form) if form != claim.form else None

    return on


def _from_latin_1(value: str) -> str:
    return value.encode("latin-1").decode()


def _encoded_url(claim: Claim) -> Claim | None:
    url = quote(claim.url, safe="%/:?#[]@!$&'()*+,;=~")
    return replace(claim, url=url) if url != claim.url else None


def _decoded_url(claim: Claim) -> Claim | None:
    url = unquote(claim.url)
    return replace(claim, url=url) if url != claim.url else None


def _other_spaces(claim: Claim) -> Claim | None:
    head, mark, query = claim.url.partition("?")
    swapped = query.replace("%20", "+") if "%20" in query else query.replace("+", "%20")
    return replace(claim, url=f"{head}{mark}{swapped}") if swapped != query else None


def _without(name: str) -> Change:
    def on(claim: Claim) -> Claim | None:
        if name not in claim.form:
            return None
        return replace(claim, form={each: value for each, value in claim.form.items() if each != name})

    return Change(f"The parameter {name} was not in the request.", on)


_CHANGES: Final = (
    Change(
        "The request went to the other of http and https: behind a proxy that ends TLS a server must put its public "
        "scheme into the URL.",
        _other_scheme,
    ),
    Change("The request's URL had no port: leave out the one that your server listens on.", _without_port),
    Change("The request's URL had the default port in it.", _with_default_port),
    Change("The request's path differed in the slash at its end.", _other_slash),
    Change("The request's URL had no query.", _without_query),
    Change("User and password are no part of what is signed: leave them out of the URL.", _without_user),
    Change("The fragment (after #) is no part of what is signed: leave it out of the URL.", _without_fragment),
    Change("The parameters were not in a form: sign the URL alone.", _without_form),
    Change("The parameters were in the URL's query, as in GET requests, and in their order there.", _form_in_query),
    Change("Parameters of the URL's query were taken for parameters of the form.", _query_in_form),
    Change(f"The body is not a form: the URL needs {BODY_HASH}, with the body's SHA-256.", _with_body_hash),
    Change("The values must be decoded first: they still have %XX or + in them.", _values(unquote_plus)),
    Change("The values are UTF-8, but were decoded as Latin-1.", _values(_from_latin_1)),
    Change("The values have spaces around them that were not sent.", _values(str.strip)),
    Change("The URL must be as it was sent, with its %XX.", _encoded_url),
    Change("The URL was sent without some of its %XX.", _decoded_url),
    Change("Spaces in the URL's query were written as the other of + and %20.", _other_spaces),
)
