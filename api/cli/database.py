"""`telefoon database`: the database as a whole."""

import asyncio
import time
from typing import TYPE_CHECKING, Annotated, Final

import typer

from api.cli.group import CommandGroup, examples
from api.cli.loading import loading
from api.cli.output import AsJson, as_row, print_json, print_rows

if TYPE_CHECKING:
    from engine.store.transfer.copying import MovedTable

database = typer.Typer(cls=CommandGroup, no_args_is_help=True, help="The database as a whole.")

_TELL_EVERY_S: Final = 2.0
_SHOWN_DIGITS: Final = 12


@database.command(
    epilog=examples(
        "telefoon database move --from sqlite+aiosqlite:////var/lib/telefoon/telefoon.db "
        "--to postgresql+asyncpg://telefoon@db.internal/telefoon"
    )
)
def move(
    source: Annotated[str, typer.Option("--from", help="The database that there is, which stays as it is.")],
    target: Annotated[str, typer.Option("--to", help="An empty one.")],
    as_json: AsJson = False,
) -> None:
    """Copy everything into another database and compare it row by row; broken off, it can be begun again.

    Nothing may have either database open. A password is best left out of the URL: PGPASSWORD and ~/.pgpass hold it.
    """
    with loading():
        from sqlalchemy import make_url

        from engine.store.transfer.moving import move as moved_to

    moved = asyncio.run(moved_to(source, target, _MoveProgress()))
    if as_json:
        print_json([as_row(each) for each in moved])
        return
    _print_verdict(moved, make_url(target).render_as_string())


def _print_verdict(moved: "list[MovedTable]", target: str) -> None:
    rows = [{**as_row(each), "digest": each.digest[:_SHOWN_DIGITS]} for each in moved]
    print_rows(rows, {"table": "Table", "rows": "Rows", "digest": "Digest of both"}, none="")
    typer.echo(
        f"All {sum(each.rows for each in moved)} rows of {len(moved)} tables are in {target} as they were read, "
        "value by value. The source is as it was."
    )


class _MoveProgress:
    """Says on standard error how far a move is, every two seconds."""

    def __init__(self) -> None:
        self._told_at = time.monotonic()

    def __call__(self, table: str, rows: int, in_all: int) -> None:
        if time.monotonic() - self._told_at >= _TELL_EVERY_S:
            self._told_at = time.monotonic()
            typer.echo(f"{table}: {rows} of {in_all} rows", err=True)
