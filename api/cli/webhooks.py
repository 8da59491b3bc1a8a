"""`telefoon webhooks`: what customers' servers were asked, once more, and why a signature does not match."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from api.cli.group import FAILED, CommandGroup, examples
from api.cli.local import LocalStores, with_books
from api.cli.output import AsJson, as_row, print_json, print_rows
from engine.errors import InvalidField, NotFound

if TYPE_CHECKING:
    from engine.webhooks.replay import ReplayedAnswer
    from engine.webhooks.verification import SignatureFinding

webhooks = typer.Typer(cls=CommandGroup, no_args_is_help=True, help="Requests to customers' servers.")

_MOST_LISTED: Final = 1000
_GIVEN: Final = "the given secret"


@webhooks.command(
    "list",
    epilog=examples(
        "telefoon webhooks list CA0191f5c2a3b4c5d6e7f8091a2b3c4d5e",
        "telefoon webhooks list CA0191f5c2a3b4c5d6e7f8091a2b3c4d5e --json",
    ),
)
def list_webhooks(
    call_id: Annotated[str, typer.Argument(metavar="CALL", help="As in: telefoon calls list")], as_json: AsJson = False
) -> None:
    """List what servers were asked on a call, and what they answered."""

    async def work(books: LocalStores) -> list[dict[str, Any]]:
        if await books.stores.calls.get(call_id) is None:
            raise NoCall(call_id)
        found, _ = await books.stores.exchanges.of_call(call_id, page_size=_MOST_LISTED)
        return [as_row(each) for each in found]

    rows = with_books(work)
    if as_json:
        print_json(rows)
        return
    columns = {
        "id": "ID",
        "at": "At",
        "kind": "Kind",
        "method": "Method",
        "url": "URL",
        "attempt": "Attempt",
        "status": "Status",
        "latency_ms": "ms",
        "error": "Error",
        "warnings": "Warnings",
    }
    print_rows(rows, columns, none=f"No server was asked anything on {call_id}.")


@webhooks.command(epilog=examples("telefoon webhooks replay WH0191f5c2a3b4c5d6e7f8091a2b3c4d5e"))
def replay(
    exchange_id: Annotated[str, typer.Argument(metavar="ID", help="As in: telefoon webhooks list CALL")],
    as_json: AsJson = False,
) -> None:
    """Send a request again, signed anew, and print the answer; exit 1 if that is an error."""
    answer = with_books(lambda books: _replayed(books, exchange_id))
    if as_json:
        print_json(answer)
    else:
        typer.echo(f"{answer.status}")
        typer.echo(answer.text)
    if answer.status >= 400:
        raise typer.Exit(FAILED)


@webhooks.command(
    epilog=examples(
        "telefoon webhooks verify --account demo --url https://example.com/flow --param Digits=1 --signature 0/KCTR6D=",
        "telefoon webhooks verify --account demo --url https://example.com/flow --body body.txt --signature 0/KCTR6D=",
        "telefoon webhooks verify --account demo --id CB1 --timestamp 1614265330 --body body.txt --signature v1,g0hM9=",
    )
)
def verify(
    signature: Annotated[str, typer.Option(help="What came as X-Twilio-Signature, or as webhook-signature.")],
    url: Annotated[str, typer.Option(help="The URL as your server sees it.")] = "",
    param: Annotated[list[str] | None, typer.Option(help="A parameter of the form, as NAME=VALUE.")] = None,
    body: Annotated[Path | None, typer.Option(help="File with the request's body.")] = None,
    account: Annotated[str | None, typer.Option(help="Try this account's secrets, former ones too.")] = None,
    secret: Annotated[str | None, typer.Option(help="Try this secret.")] = None,
    message_id: Annotated[str, typer.Option("--id", help="What came as webhook-id.")] = "",
    timestamp: Annotated[int | None, typer.Option(help="What came as webhook-timestamp.")] = None,
) -> None:
    """Tell whether a signature matches, and if not, what differs; exit 1 if something does."""
    from engine.webhooks.verification import explain, explain_message

    content = _read(body)
    secrets = _secrets(account, secret)
    if signature.startswith("v1,"):
        if timestamp is None or not message_id or content is None:
            raise InvalidField("signature", "This is a webhook-signature: give --id, --timestamp and --body with it.")
        found = explain_message(message_id, timestamp, content, signature, secrets)
    elif not url:
        raise InvalidField("url", "An X-Twilio-Signature covers the URL: give --url.")
    else:
        found = explain(_claim(url, param or [], content), signature, secrets)
    _tell(found, next(iter(secrets)))


class NoCall(NotFound):
    """Raised where this database has no such call."""

    def __init__(self, call_id: str) -> None:
        super().__init__("call", call_id)
        self.args = (f"There is no call {call_id}. See them with: telefoon calls list",)


class NoExchange(NotFound):
    """The ledger has no such line."""

    def __init__(self, exchange_id: str) -> None:
        super().__init__("webhook", exchange_id)
        self.args = (f"There is no webhook {exchange_id}. See them with: telefoon webhooks list CALL",)


async def _replayed(books: LocalStores, exchange_id: str) -> "ReplayedAnswer":
    from api.node.privacy import discretion_of, residency_of
    from config.settings import load
    from engine.model.webhook_exchange import WebhookExchange
    from engine.webhooks.client import WebhookClient
    from engine.webhooks.policy import WebhookPolicy
    from engine.webhooks.replay import replay as send_again

    exchange = await books.stores.exchanges.get(exchange_id)
    if exchange is None:
        raise NoExchange(exchange_id)
    settings = load()
    policy = WebhookPolicy(settings.webhook_timeout_s, settings.webhook_connect_timeout)
    client = WebhookClient(
        timeout_s=policy.whole_s,
        allow=settings.egress_allow,
        residency=residency_of(settings),
        keyring=books.stores.account_secrets,
    )
    noted: list[WebhookExchange] = []
    await client.start()
    try:
        return await send_again(exchange, client, policy, noted.append)
    finally:
        await client.close()
        await books.stores.exchanges.add([discretion_of(settings).exchange(each) for each in noted])


def _secrets(account: str | None, secret: str | None) -> Mapping[str, str]:
    """An account's secrets by name, those that sign now first."""
    if secret is not None:
        return {_GIVEN: secret}
    if account is None:
        raise InvalidField("account", "Give --account or --secret: with what should the request be signed?")

    async def work(books: LocalStores) -> dict[str, str]:
        owner = await books.account(account)
        await books.stores.account_secrets.valid(owner.id)
        newest, *former = await books.stores.account_secrets.all(owner.id)
        named = {f"the secret of account {account}": newest.secret}
        for each in former:
            named[f"a former secret, made at {each.created_at:%Y-%m-%d %H:%M} and replaced since"] = each.secret
        return named

    return with_books(work)


def _claim(url: str, params: list[str], body: bytes | None) -> Any:
    from urllib.parse import parse_qsl

    from engine.webhooks.verification import Claim

    if body is not None and params:
        raise InvalidField("param", "Give --param or --body, not both.")
    pairs = [each.partition("=") for each in params]
    if any(not equals for _, equals, _ in pairs):
        raise InvalidField("param", "Write --param NAME=VALUE.")
    if body is None:
        return Claim(url, {name: value for name, _, value in pairs})
    if body.lstrip()[:1] in (b"{", b"["):
        return Claim(url, body=body)
    text = body.decode(errors="replace").rstrip("\r\n")
    return Claim(url, dict(parse_qsl(text, keep_blank_values=True)), body)


def _read(body: Path | None) -> bytes | None:
    try:
        return None if body is None else body.read_bytes()
    except OSError as error:
        raise InvalidField("body", f"{body} can't be read: {error.strerror}.") from None


def _tell(found: "SignatureFinding | None", newest: str) -> None:
    if found is None:
        typer.echo("The signature does not match, and no usual difference explains it. It was made for another URL, ")
        typer.echo("with a parameter that is missing here, or with another secret: telefoon accounts secret NAME")
        raise typer.Exit(FAILED)
    if not found.changes and found.secret == newest:
        typer.echo(f"The signature matches, with {found.secret}.")
        return
    typer.echo("The signature does not match the request as given. It does so with this difference:")
    for sentence in found.changes:
        typer.echo(f"- {sentence}")
    if found.secret != newest:
        typer.echo(f"- It was signed with {found.secret}.")
    raise typer.Exit(FAILED)
