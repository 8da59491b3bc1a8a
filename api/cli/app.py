"""All commands of `telefoon`, and what its help page says of them."""

import typer

from api.cli import phone
from api.cli.group import CommandGroup, examples

app = typer.Typer(
    name="telefoon",
    cls=CommandGroup,
    help="A programmable voice platform: REST in, SIP and RTP out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.command(epilog=phone.EXAMPLES)(phone.phone)


@app.command(epilog=examples("telefoon version"))
def version() -> None:
    """Print the version of Telefoon."""
    from importlib.metadata import version as installed

    typer.echo(f"telefoon {installed('telefoon')}")
