"""`telefoon applications`: what answers calls under a name of its own, for numbers and calls that name it."""

from typing import Annotated, Any

import typer

from api.cli.group import CommandGroup, examples
from api.cli.local import LocalStores, with_books
from api.cli.option_flags import MethodOption
from api.cli.output import AsJson, as_row, print_json, print_rows
from api.cli.web_addresses import require_web_address
from engine.errors import NotFound
from engine.model.applications import Application
from engine.model.callback import CallEventName
from engine.privacy.audit import CLI

applications = typer.Typer(cls=CommandGroup, no_args_is_help=True, help="What answers calls, under a name of its own.")

ApplicationId = Annotated[str, typer.Argument(metavar="ID", help="As in: telefoon applications list")]
Url = Annotated[str | None, typer.Option(help="Webhook that gives the flow of its calls; empty for none.")]
Method = Annotated[MethodOption | None, typer.Option(help="With which --url is requested first.")]
FallbackUrl = Annotated[str | None, typer.Option(help="Webhook for when the first one fails.")]
FallbackMethod = Annotated[MethodOption | None, typer.Option(help="With which --fallback-url is requested.")]
StatusCallback = Annotated[str | None, typer.Option(help="Who is told of the changes of its calls.")]
StatusCallbackMethod = Annotated[MethodOption | None, typer.Option(help="With which --status-callback is told.")]
StatusCallbackEvent = Annotated[
    list[CallEventName] | None, typer.Option(help="Of which changes; several may be given, all if left out.")
]


@applications.command(
    epilog=examples("telefoon applications add shop --account demo --url https://example.com/flow"),
)
def add(
    name: Annotated[str, typer.Argument(help="What people call it.")],
    account: Annotated[str, typer.Option(help="The account's name.")],
    url: Url = None,
    method: Method = None,
    fallback_url: FallbackUrl = None,
    fallback_method: FallbackMethod = None,
    status_callback: StatusCallback = None,
    status_callback_method: StatusCallbackMethod = None,
    status_callback_event: StatusCallbackEvent = None,
    as_json: AsJson = False,
) -> None:
    """Make an application of an account."""
    given = _given(url=url, method=method, fallback_url=fallback_url, fallback_method=fallback_method,
                   status_callback=status_callback, status_callback_method=status_callback_method,
                   status_callback_events=status_callback_event)  # fmt: skip

    async def work(books: LocalStores) -> dict[str, Any]:
        owner = await books.account(account)
        added = await books.stores.applications.add(owner.id, name, **given)
        await books.stores.audit.add(CLI, "application.add", added.id, account=owner.id)
        return as_row(added)

    added = with_books(work)
    if as_json:
        print_json(added)
    else:
        typer.echo(f"{added['id']} is application {name} of account {account}.")


@applications.command(
    "list", epilog=examples("telefoon applications list", "telefoon applications list --account demo --json")
)
def list_applications(
    account: Annotated[str | None, typer.Option(help="Only the applications of this account.")] = None,
    as_json: AsJson = False,
) -> None:
    """List applications, newest first."""

    async def work(books: LocalStores) -> list[dict[str, Any]]:
        owner = await books.account(account) if account is not None else None
        names = await books.names()
        found = await books.stores.applications.all(owner.id if owner else None)
        return [{**as_row(each), "account": names.get(each.account_id, "")} for each in found]

    rows = with_books(work)
    if as_json:
        print_json(rows)
        return
    columns = {"id": "ID", "friendly_name": "Name", "account": "Account", "method": "Method", "url": "URL"}
    print_rows(rows, columns, none="There are no applications. Add one with: telefoon applications add NAME")


@applications.command(
    "set",
    epilog=examples("telefoon applications set AP0191f5c2a3b4c5d6e7f8091a2b3c4d5e --url https://example.com/other"),
)
def set_application(
    application_id: ApplicationId,
    name: Annotated[str | None, typer.Option(help="What people call it.")] = None,
    url: Url = None,
    method: Method = None,
    fallback_url: FallbackUrl = None,
    fallback_method: FallbackMethod = None,
    status_callback: StatusCallback = None,
    status_callback_method: StatusCallbackMethod = None,
    status_callback_event: StatusCallbackEvent = None,
) -> None:
    """Change what an application does, for calls that begin from now on; an empty URL takes it away."""
    given = _given(friendly_name=name, url=url, method=method, fallback_url=fallback_url,
                   fallback_method=fallback_method, status_callback=status_callback,
                   status_callback_method=status_callback_method,
                   status_callback_events=status_callback_event)  # fmt: skip

    async def work(books: LocalStores) -> None:
        changed = await books.stores.applications.change(await _found(books, application_id), given)
        await books.stores.audit.add(
            CLI, "application.change", changed.id, account=changed.account_id, fields=sorted(given)
        )

    with_books(work)
    typer.echo(f"{application_id} is changed.")


@applications.command(epilog=examples("telefoon applications remove AP0191f5c2a3b4c5d6e7f8091a2b3c4d5e"))
def remove(application_id: ApplicationId) -> None:
    """Remove an application; numbers that name it are answered by their own URLs from then on."""

    async def work(books: LocalStores) -> None:
        found = await _found(books, application_id)
        await books.stores.applications.remove(found.id)
        await books.stores.audit.add(CLI, "application.remove", found.id, account=found.account_id)

    with_books(work)
    typer.echo(f"{application_id} is removed.")


class NoApplication(NotFound):
    """No account has this application."""

    def __init__(self, application_id: str) -> None:
        super().__init__("application", application_id)
        self.args = (f"There is no application {application_id}. See them with: telefoon applications list",)


async def _found(books: LocalStores, application_id: str) -> Application:
    """Raises NoApplication."""
    found = await books.stores.applications.get(application_id)
    if found is None:
        raise NoApplication(application_id)
    return found


def _given(**options: Any) -> dict[str, Any]:
    """The fields that options give, as they are stored. Raises InvalidField for what is no web address."""
    given: dict[str, Any] = {}
    for name, value in options.items():
        if value is None:
            continue
        if isinstance(value, MethodOption):
            given[name] = value.value
        elif isinstance(value, list):
            given[name] = tuple(each.value for each in value)
        elif name in ("url", "fallback_url", "status_callback"):
            if value:
                require_web_address(name.replace("_", "-"), value)
            given[name] = value or None
        else:
            given[name] = value
    return given
