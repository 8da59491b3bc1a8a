"""Customers' servers know our requests by two signatures, with the checks that they have already."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from ipaddress import IPv4Network

import pytest
import pytest_asyncio
from twilio.request_validator import RequestValidator
from yarl import URL

from engine.model.callback import BodyFormat
from engine.store.outbox import PendingCallback
from engine.webhooks import signing
from engine.webhooks.client import WebhookClient
from engine.webhooks.request import WebRequest
from tests.unit.webhooks.server import Asked, CustomerServer, a_call_of

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OLD_SECRET = "whsec_b2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xk"
SAY = "<Response><Say>Hello</Say></Response>"
PARAMS = {"From": "+3225550100", "Digits": "1#*", "Speech": "één & twee = 3 % ☎", "Empty": ""}
AT = datetime(2021, 2, 25, 15, 2, 10, tzinfo=UTC)


class Keyring:
    """The account's secrets, while one replaces the other."""

    async def secrets(self, account_id: str) -> Sequence[str]:
        return [SECRET, OLD_SECRET] if account_id == "AC1" else []


@pytest_asyncio.fixture
async def signing_client() -> AsyncIterator[WebhookClient]:
    client = WebhookClient(timeout_s=5, allow=[IPv4Network("127.0.0.0/8")], keyring=Keyring())
    await client.start()
    yield client
    await client.close()


def the_field_accepts(asked: Asked) -> bool:
    """What the widespread package says of a request as it arrived."""
    params: dict[str, str] | str = asked.form
    if asked.headers.get("Content-Type") == "application/json":
        params = asked.body.decode()
    valid: bool = RequestValidator(SECRET).validate(asked.url, params, asked.headers["X-Twilio-Signature"])
    return valid


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", ["/flow", "/flow/", "/", "", "/a%20b/é?x=1&y=%C3%A9+%26&z", "/flow?Digits=9"])
async def test_requests_as_they_arrive_pass(
    signing_client: WebhookClient, customer: CustomerServer, method: str, path: str
) -> None:
    customer.serves(URL(customer.url + path).path, SAY)
    await a_call_of(signing_client).fetch_document(customer.url + path, method, PARAMS)
    [asked] = customer.asked
    assert the_field_accepts(asked)


async def test_a_changed_value_or_another_secret_does_not_pass(
    signing_client: WebhookClient, customer: CustomerServer
) -> None:
    await a_call_of(signing_client).request(customer.serves("/status", ""), "POST", PARAMS)
    [asked] = customer.asked
    signature = asked.headers["X-Twilio-Signature"]
    assert not RequestValidator(SECRET).validate(asked.url, {**asked.form, "From": "x"}, signature)
    assert not RequestValidator(OLD_SECRET).validate(asked.url, asked.form, signature)


@pytest.mark.parametrize("status", [302, 303, 307, 308])
async def test_each_hop_of_a_redirect_has_its_own_signature(
    signing_client: WebhookClient, customer: CustomerServer, status: int
) -> None:
    customer.serves("/there", SAY)
    url = customer.redirects("/here", "/there?token=a%2Fb", status)
    await a_call_of(signing_client).fetch_document(url, "POST", PARAMS)
    assert [asked.path for asked in customer.asked] == ["/here", "/there"]
    assert all(the_field_accepts(asked) for asked in customer.asked)


async def test_user_and_password_are_sent_as_such_and_not_signed(
    signing_client: WebhookClient, customer: CustomerServer
) -> None:
    url = customer.serves("/flow", SAY).replace("://", "://user:pass@")
    await a_call_of(signing_client).fetch_document(url, "POST", PARAMS)
    [asked] = customer.asked
    assert asked.headers["Authorization"] == "Basic dXNlcjpwYXNz"
    assert the_field_accepts(asked)


async def test_a_json_body_is_signed_by_its_hash_in_the_query(
    signing_client: WebhookClient, customer: CustomerServer
) -> None:
    call = signing_client.for_call("AC1", "CA1", format=BodyFormat.JSON)
    customer.serves("/there", SAY)
    await call.fetch_document(customer.redirects("/flow", "/there", 307) + "?a=1", "POST", PARAMS)
    first, second = customer.asked
    assert first.query["a"] == "1"
    assert second.headers["Content-Type"] == "application/json"
    assert second.query["bodySHA256"] == first.query["bodySHA256"]
    assert the_field_accepts(first)
    assert the_field_accepts(second)


@pytest.mark.parametrize(
    ("url", "arrives_as"),
    [
        ("https://customer.example/flow", "https://customer.example/flow"),
        ("https://customer.example:8443/flow?a=b", "https://customer.example:8443/flow?a=b"),
        ("https://customer.example:443/flow", "https://customer.example/flow"),
        ("http://customer.example:80/flow", "http://customer.example/flow"),
        ("https://customer.example", "https://customer.example/"),
        ("https://user:pass@customer.example:8443/flow", "https://customer.example:8443/flow"),
        ("https://customer.example/flow#rc=2&rp=all", "https://customer.example/flow"),
        ("https://münchen.example/straße", "https://xn--mnchen-3ya.example/stra%C3%9Fe"),
        ("https://[2001:db8::1]:8443/flow", "https://[2001:db8::1]:8443/flow"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_url_is_signed_as_the_server_sees_it(url: str, arrives_as: str, method: str) -> None:
    request = WebRequest.to(URL(url), method, PARAMS)
    if method == "GET":
        arrives_as = str(URL(arrives_as).extend_query(PARAMS))
    signature = signing.headers([SECRET], request, "RQ1", AT)["X-Twilio-Signature"]
    assert RequestValidator(SECRET).validate(arrives_as, {} if method == "GET" else PARAMS, signature)


def test_standard_webhooks_own_example_has_its_signature() -> None:
    body = b'{"test": 2432232314}'
    signature = signing.message_signature(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


async def test_the_body_and_the_time_are_signed_with_every_valid_secret(
    signing_client: WebhookClient, customer: CustomerServer
) -> None:
    await a_call_of(signing_client).request(customer.serves("/status", ""), "POST", PARAMS)
    [asked] = customer.asked
    identity, seconds = asked.headers["webhook-id"], int(asked.headers["webhook-timestamp"])
    assert abs(seconds - datetime.now(UTC).timestamp()) < 5
    assert asked.headers["webhook-signature"].split() == [
        signing.message_signature(secret, identity, seconds, asked.body) for secret in (SECRET, OLD_SECRET)
    ]


async def test_of_a_get_the_empty_body_is_signed(signing_client: WebhookClient, customer: CustomerServer) -> None:
    await a_call_of(signing_client).request(customer.serves("/status", ""), "GET", PARAMS)
    [asked] = customer.asked
    identity, seconds = asked.headers["webhook-id"], int(asked.headers["webhook-timestamp"])
    assert asked.headers["webhook-signature"].split()[0] == signing.message_signature(SECRET, identity, seconds, b"")


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_status_callback_is_signed_and_known_by_its_own_id(
    signing_client: WebhookClient, customer: CustomerServer, method: str
) -> None:
    url = customer.serves("/status", "") + "?x=1"
    callback = PendingCallback("CB1", "CA1", "AC1", 0, url, method, PARAMS, 0, AT)
    assert await signing_client.deliver(callback) == 200
    [asked] = customer.asked
    assert (asked.method, asked.headers["webhook-id"]) == (method, "CB1")
    assert {**asked.query, **asked.form}.items() >= PARAMS.items()
    assert the_field_accepts(asked)


def test_a_new_secret_is_long_and_spelled_as_the_standard_wants() -> None:
    one, other = signing.new_secret(), signing.new_secret()
    assert one.startswith("whsec_")
    assert len(one) == len("whsec_") + 40
    assert one != other
