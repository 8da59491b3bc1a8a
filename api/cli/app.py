"""All commands of `telefoon`, and what its help page says of them."""

import typer

from api.cli import calls, events, examine, master_key, phone, say, serve, simulate
from api.cli.accounts import accounts, keys
from api.cli.audit import audit
from api.cli.flows import flows
from api.cli.group import CommandGroup, examples
from api.cli.holds import holds
from api.cli.numbers import numbers
from api.cli.privacy import privacy
from api.cli.retention import retention
from api.cli.webhooks import webhooks

app = typer.Typer(
    name="telefoon",
    cls=CommandGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=examples(
        "telefoon keys create --account demo",
        "telefoon numbers add +3225550100 --account demo",
        "telefoon serve",
        'telefoon call +3225550199 --from +3225550100 --say "Good morning" --watch',
    ),
)


@app.callback()
def telefoon() -> None:
    """A programmable voice platform: REST in, SIP and RTP out.

    Settings come from the environment (TELEFOON_...) or a file; config/telefoon.toml describes each.
    """
    from api.logs import write_logs
    from config.settings import LogFormat, LogLevel

    # `serve` sets up its own; other commands talk to a person, who wants to hear only what is wrong.
    write_logs(LogFormat.TEXT, LogLevel.WARNING)


app.command(epilog=serve.SERVE_EXAMPLES)(serve.serve)
app.command(epilog=serve.DEMO_EXAMPLES)(serve.demo)
app.command("call", epilog=calls.PLACE_EXAMPLES)(calls.place)
app.add_typer(calls.calls, name="calls")
app.add_typer(accounts, name="accounts")
keys.command("rotate-master", epilog=master_key.EXAMPLES)(master_key.rotate_master)
app.add_typer(keys, name="keys")
app.add_typer(numbers, name="numbers")
app.add_typer(webhooks, name="webhooks")
app.add_typer(audit, name="audit")
app.add_typer(retention, name="retention")
app.add_typer(holds, name="holds")
app.add_typer(privacy, name="privacy")
app.command(epilog=events.EXAMPLES)(events.events)
app.add_typer(flows, name="flow")
app.command(epilog=simulate.EXAMPLES)(simulate.simulate)
app.command(epilog=phone.EXAMPLES)(phone.phone)
app.command(epilog=say.EXAMPLES)(say.say)
app.command(epilog=examine.EXAMPLES)(examine.doctor)


@app.command(epilog=examples("telefoon version"))
def version() -> None:
    """Print the version."""
    from importlib.metadata import version as installed

    typer.echo(f"telefoon {installed('telefoon')}")
