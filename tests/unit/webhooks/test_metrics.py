"""Each attempt at a customer's server is counted by what it was for and how it went."""

from collections.abc import AsyncIterator
from ipaddress import IPv4Network

import pytest

from engine.errors import DocumentError, WebhookError
from engine.metrics.meters import Meters
from engine.metrics.table import WebhookOutcome
from engine.webhooks.call_web import DOCUMENT_LIMIT_BYTES
from engine.webhooks.client import WebhookClient
from tests.unit.webhooks.server import CustomerServer, a_call_of

SAY = "<Response><Say>Hello</Say></Response>"


@pytest.fixture
def meters() -> Meters:
    return Meters()


@pytest.fixture
async def client(meters: Meters) -> AsyncIterator[WebhookClient]:
    made = WebhookClient(timeout_s=5, allow=[IPv4Network("127.0.0.0/8")], meters=meters)
    await made.start()
    yield made
    await made.close()


def counted(meters: Meters) -> dict[str, str]:
    """How many attempts there were for each outcome of documents, but for those without any."""
    lines = [line for line in meters.text({}).splitlines() if 'attempts_total{kind="document"' in line]
    return {line.split('"')[3]: line.split()[-1] for line in lines if not line.endswith(" 0")}


async def test_each_redirect_and_each_retry_is_one(
    client: WebhookClient, meters: Meters, customer: CustomerServer
) -> None:
    call = a_call_of(client)
    await call.fetch_document(customer.redirects("/moved", customer.serves("/flow", SAY)), "POST", {})
    with pytest.raises(WebhookError):
        await call.fetch_document(f"{customer.serves('/down', SAY, status=503)}#rc=2&rp=5xx", "POST", {})

    assert counted(meters) == {"2xx": "1", "3xx": "1", "5xx": "3"}


async def test_where_nobody_answers_that_is_counted_too(
    client: WebhookClient, meters: Meters, customer: CustomerServer
) -> None:
    with pytest.raises(WebhookError):
        await a_call_of(client).fetch_document("http://127.0.0.1:1/#rc=0", "POST", {})

    assert counted(meters) == {"no-answer": "1"}


async def test_an_answer_that_is_too_long_is_of_no_use(
    client: WebhookClient, meters: Meters, customer: CustomerServer
) -> None:
    with pytest.raises((DocumentError, WebhookError)):
        await a_call_of(client).fetch_document(customer.serves("/page", "x" * (DOCUMENT_LIMIT_BYTES + 1)), "POST", {})

    assert counted(meters) == {"unusable": "1"}


@pytest.mark.parametrize(("status", "outcome"), [(100, "1xx"), (204, "2xx"), (308, "3xx"), (410, "4xx"), (999, "5xx")])
def test_an_outcome_is_the_class_of_the_status(status: int, outcome: str) -> None:
    assert WebhookOutcome.of(status, None) == outcome
