"""`telefoon audit`: who did what, and whether the log of it is whole."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.group import FAILED, CommandGroup, examples
from api.cli.local import LocalStores, with_books
from api.cli.output import AsJson, as_row, print_json, print_rows

if TYPE_CHECKING:
    from engine.privacy.audit import AuditRow, Fault, Head

audit = typer.Typer(cls=CommandGroup, no_args_is_help=True, help="The log of who did what; nothing of it is changed.")


@audit.command(epilog=examples("telefoon audit verify", "telefoon audit verify --anchor 5e884898da28…"))
def verify(
    anchor: Annotated[str | None, typer.Option(help="A hash that an export ended with: its row must still be.")] = None,
    as_json: AsJson = False,
) -> None:
    """Find rows that were changed, taken out or moved."""

    async def work(books: LocalStores) -> "tuple[list[Fault], Head]":
        return await books.stores.audit.verify(anchor), await books.stores.audit.head()

    faults, head = with_books(work)
    if as_json:
        print_json({"ok": not faults, "rows": head.sequence, "hash": head.hash, "faults": [*map(as_row, faults)]})
    else:
        for fault in faults:
            typer.echo(f"Row {fault.sequence} is {fault.kind}: {fault.detail}.")
        if not faults:
            typer.echo(f"All rows are as they were written: {head.sequence}, the last with hash {head.hash}")
    if faults:
        raise typer.Exit(FAILED)


@audit.command(epilog=examples("telefoon audit export -o audit.jsonl", "telefoon audit export | tail -n 1"))
def export(
    output: Annotated[Path | None, typer.Option("-o", "--output", help="The file; standard output if none.")] = None,
) -> None:
    """Write all rows as JSON lines. The last line is the last row's number and hash: keep it elsewhere as an anchor."""

    async def work(books: LocalStores) -> list[str]:
        head = await books.stores.audit.head()
        lines = [_line(row) async for row in books.stores.audit.rows(through=head.sequence)]
        return [*lines, json.dumps({"last": head.sequence, "hash": head.hash})]

    text = "".join(f"{line}\n" for line in with_books(work))
    if output is None:
        typer.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")
        typer.echo(f"{output} is written.")


@audit.command(
    "list",
    epilog=examples(
        "telefoon audit list",
        "telefoon audit list --actor key:SK0191f5c2a3b4c5d6e7f8091a2b3c4d5e --last 500",
        "telefoon audit list --action recording. --json",
    ),
)
def list_rows(
    actor: Annotated[str | None, typer.Option(help="Only rows of key:ID, cli or system:NODE.")] = None,
    action: Annotated[str | None, typer.Option(help="Only actions that begin so, such as recording. or key.")] = None,
    object_: Annotated[str | None, typer.Option("--object", help="Only rows on this identifier or name.")] = None,
    last: Annotated[int, typer.Option(help="So many at most, the newest.", min=1, max=100_000)] = 100,
    as_json: AsJson = False,
) -> None:
    """Show who did what, and who read what of whom: the newest rows, in their order."""

    async def work(books: LocalStores) -> "list[AuditRow]":
        return await books.stores.audit.newest(last, actor=actor, action=action, object_=object_)

    rows = [{**as_row(row), "facts": json.loads(row.facts)} for row in with_books(work)]
    if as_json:
        print_json(rows)
        return
    shown = [{**row, "facts": _facts(row["facts"])} for row in rows]
    columns = {"sequence": "Row", "at": "When", "actor": "Who", "action": "Did", "object": "To", "facts": "How"}
    print_rows(shown, columns, none="There are no such rows.")


def _facts(facts: Mapping[str, Any]) -> str:
    texts = {name: ",".join(map(str, each)) if isinstance(each, list) else each for name, each in facts.items()}
    return " ".join(f"{name}={text}" for name, text in texts.items())


def _line(row: "AuditRow") -> str:
    facts: dict[str, Any] = {**as_row(row), "at": row.at.isoformat(timespec="microseconds")}
    return json.dumps(facts, ensure_ascii=False)
