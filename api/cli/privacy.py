"""`telefoon privacy`: what a person may ask for by their number."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.group import FAILED, CommandGroup, examples
from api.cli.local import LocalStores, with_books
from api.cli.output import AsJson, as_row, print_json
from api.cli.recipients import EXAMPLES as RECIPIENTS_EXAMPLES
from api.cli.recipients import recipients
from engine.privacy.audit import CLI

if TYPE_CHECKING:
    from engine.gdpr.requests import Certificate, Replayed

privacy = typer.Typer(cls=CommandGroup, no_args_is_help=True, help="What a person may ask for by their number.")

Number = Annotated[str, typer.Argument(metavar="+E164", help="Such as +32471234556.")]
OfAccount = Annotated[str | None, typer.Option(help="Of this account alone; of all, if left out.")]


@privacy.command(epilog=examples("telefoon privacy export +32471234556 -o export.zip"))
def export(
    number: Number,
    output: Annotated[Path, typer.Option("-o", "--output", help="The ZIP, for its owner alone to read.")],
    account: OfAccount = None,
) -> None:
    """Write everything that concerns a number to a ZIP: a page to read, JSON, recordings."""

    async def work(books: LocalStores) -> int:
        export = await books.persons.export(number, await _accounts(books, account), CLI)
        with os.fdopen(os.open(output, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as file:
            async for chunk in export.chunks:
                file.write(chunk)
        return export.rows

    typer.echo(f"{output} is written: {with_books(work)} rows concern {number}.")


@privacy.command(epilog=examples("telefoon privacy erase +32471234556 --account demo --yes > certificate.json"))
def erase(
    number: Number,
    account: OfAccount = None,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
) -> None:
    """Erase everything that concerns a number, for good, and print a certificate."""
    if not yes:
        typer.confirm(
            f"Erase everything that concerns {number} from {account or 'all accounts'}, for good?", abort=True, err=True
        )

    async def work(books: LocalStores) -> "Certificate":
        return await books.persons.erase(number, await _accounts(books, account), CLI)

    print_json(as_row(with_books(work)))


@privacy.command(
    epilog=examples("telefoon privacy replay audit.jsonl", "cat certificates/*.json | telefoon privacy replay -")
)
def replay(
    file: Annotated[
        typer.FileText, typer.Argument(help="An export of the audit log, or certificates; - for standard input.")
    ],
    as_json: AsJson = False,
) -> None:
    """Make erasures again that a restored backup does not know of."""
    from engine.gdpr.replay import read

    erased = read(file.read())

    async def work(books: LocalStores) -> "list[Replayed]":
        return await books.persons.replay(erased, await _accounts(books, None), CLI)

    made = with_books(work)
    if as_json:
        print_json([as_row(each) for each in made])
    else:
        for each in made:
            typer.echo(f"{each.erased.subject}: {_outcome(each)}")
        typer.echo(f"{len(erased)} erasures were read, {len(erased) - len(made)} were made before this backup.")
    if any(each.refused for each in made):
        raise typer.Exit(FAILED)


def _outcome(replayed: "Replayed") -> str:
    if replayed.refused is not None:
        return f"NOT ERASED. {replayed.refused}"
    if replayed.certificate is None:
        return "nothing of it is here"
    return f"erased again, certificate {replayed.certificate.sha256}"


async def _accounts(books: LocalStores, name: str | None) -> list[str]:
    if name is not None:
        return [(await books.account(name)).id]
    return [account.id for account in await books.stores.accounts.all()]


privacy.command(epilog=RECIPIENTS_EXAMPLES)(recipients)
