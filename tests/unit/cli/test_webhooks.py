"""telefoon webhooks: what servers were asked, asked again, and signatures explained."""

import asyncio
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from config.settings import load
from engine.ids import IdKind, new_id
from engine.model.callback import BodyFormat
from engine.model.webhook_exchange import ExchangeKind, WebhookExchange
from engine.privacy.masking import HIDDEN_VALUE
from engine.security.secrets import load_pepper
from engine.store.account_secrets import AccountSecrets
from engine.store.accounts import Accounts
from engine.store.calls import Calls
from engine.store.database import Database
from engine.store.exchanges import Exchanges
from engine.webhooks.signing import url_signature
from tests.unit.cli.conftest import Run
from tests.unit.store.samples import a_call


class Server(BaseHTTPRequestHandler):
    """Answers 418 and says what it got."""

    got: list[tuple[str, str, str]] = []  # noqa: RUF012 - one server, in one test

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.got.append((self.path, body, self.headers["X-Twilio-Signature"]))
        self.send_response(418)
        self.end_headers()
        self.wfile.write(b"short and stout")

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def customer() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Server) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def noted(url: str, form: dict[str, str]) -> tuple[WebhookExchange, str]:
    """An exchange in this node's ledger, and the secret of its account."""

    async def note() -> tuple[WebhookExchange, str]:
        settings = load()
        pepper = load_pepper(settings.data_dir)
        database = await Database.open(settings.database)
        account = await Accounts(database, pepper).ensure("demo")
        call = a_call(account.id)
        await Calls(database).add(call)
        made = WebhookExchange(
            id=new_id(IdKind.EXCHANGE), request_id=new_id(IdKind.REQUEST), account_id=account.id, call_id=call.id,
            kind=ExchangeKind.CALLBACK, at=datetime.now(UTC), method="POST", url=url, form=form,
            format=BodyFormat.FORM, attempt=1, latency_ms=3, status=500, error=None, answer="oops",
        )  # fmt: skip
        await Exchanges(database).add([made])
        [secret] = await AccountSecrets(database, pepper).secrets(account.id)
        await database.close()
        return made, secret

    return asyncio.run(note())


def test_a_calls_webhooks_are_listed(telefoon: Run) -> None:
    exchange, _ = noted("https://customer.example/status", {"CallStatus": "ringing"})
    assert exchange.id in telefoon("webhooks", "list", str(exchange.call_id)).stdout
    [row] = json.loads(telefoon("webhooks", "list", str(exchange.call_id), "--json").stdout)
    assert (row["url"], row["form"], row["status"]) == (exchange.url, {"CallStatus": "ringing"}, 500)


def test_what_is_not_there_is_said(telefoon: Run) -> None:
    assert "There is no call CA1" in telefoon("webhooks", "list", "CA1").stderr
    assert "There is no webhook WH1" in telefoon("webhooks", "replay", "WH1").stderr


def test_a_replay_is_the_same_request_signed_anew(
    telefoon: Run, customer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TELEFOON_EGRESS_ALLOW", "127.0.0.0/8")
    exchange, secret = noted(f"{customer}/status", {"CallStatus": "ringing"})
    replayed = telefoon("webhooks", "replay", exchange.id)
    assert (replayed.exit_code, replayed.stdout) == (1, "418\nshort and stout\n")
    signature = url_signature(secret, exchange.url, exchange.form)
    assert Server.got == [("/status", "CallStatus=ringing", signature)]
    listed = json.loads(telefoon("webhooks", "list", str(exchange.call_id), "--json").stdout)
    assert [row["status"] for row in listed] == [500, 418]


def test_hidden_values_can_not_be_sent_again(telefoon: Run) -> None:
    exchange, _ = noted("https://customer.example/pay", {"Digits": HIDDEN_VALUE})
    refused = telefoon("webhooks", "replay", exchange.id)
    assert refused.exit_code == 1
    assert "kept from the ledger" in refused.stderr


def test_a_signature_that_matches(telefoon: Run) -> None:
    _, secret = noted("https://customer.example/", {})
    signature = url_signature(secret, "https://customer.example/flow", {"Digits": "1", "Name": "é"})
    request = ("--url", "https://customer.example/flow", "--signature", signature)
    matched = telefoon("webhooks", "verify", *request, "--param", "Digits=1", "--param", "Name=é", "--account", "demo")
    assert (matched.exit_code, "matches" in matched.stdout) == (0, True)


def test_a_signature_by_a_former_secret_of_a_body_seen_over_http(telefoon: Run) -> None:
    _, secret = noted("https://customer.example/", {})
    telefoon("accounts", "secret", "demo", "--rotate")
    Path("body.txt").write_text("Digits=1&Name=%C3%A9\n", encoding="utf-8")
    signature = url_signature(secret, "https://customer.example/flow", {"Digits": "1", "Name": "é"})
    told = telefoon(
        "webhooks", "verify", "--url", "http://customer.example/flow", "--signature", signature, "--body", "body.txt",
        "--account", "demo",
    )  # fmt: skip
    assert told.exit_code == 1
    assert "proxy" in told.stdout
    assert "former secret" in told.stdout


def test_a_signature_that_nothing_explains(telefoon: Run) -> None:
    told = telefoon(
        "webhooks", "verify", "--url", "http://customer.example/", "--signature", "AAAA", "--secret", "whsec_x"
    )
    assert told.exit_code == 1
    assert "does not match" in told.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("--signature", "x", "--url", "http://c.example/"),
        ("--signature", "x", "--secret", "s"),
        ("--signature", "v1,x", "--secret", "s"),
        ("--signature", "x", "--secret", "s", "--url", "http://c.example/", "--param", "Digits"),
        ("--signature", "x", "--secret", "s", "--url", "http://c.example/", "--body", "missing.txt"),
    ],
)
def test_wrong_usage_exits_2(telefoon: Run, arguments: tuple[str, ...]) -> None:
    assert telefoon("webhooks", "verify", *arguments).exit_code == 2
