"""All commands of `telefoon`, and what its help page says of them.

A command's module is loaded when the command is asked for: all together they take longer than most commands do.
"""

from dataclasses import dataclass
from importlib import import_module
from typing import Annotated, Final

import typer

from api.cli.group import CommandGroup, examples
from api.cli.loading import loading


@dataclass(frozen=True, slots=True)
class Command:
    """A command, or a group of them: the `attribute` of a `module` of this package, and its `examples` there."""

    name: str
    module: str
    attribute: str
    examples: str | None = None

    def add_to(self, app: typer.Typer) -> None:
        """Load it."""
        module = import_module(f"api.cli.{self.module}")
        found = getattr(module, self.attribute)
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=self.name)
        else:
            app.command(self.name, epilog=self.examples and getattr(module, self.examples))(found)


COMMANDS: Final = (
    Command("serve", "serve", "serve", "SERVE_EXAMPLES"),
    Command("demo", "serve", "demo", "DEMO_EXAMPLES"),
    Command("call", "calls", "place", "PLACE_EXAMPLES"),
    Command("events", "events", "events", "EXAMPLES"),
    Command("simulate", "simulate", "simulate", "EXAMPLES"),
    Command("phone", "phone", "phone", "EXAMPLES"),
    Command("say", "say", "say", "EXAMPLES"),
    Command("explain", "explain", "explain", "EXAMPLES"),
    Command("drain", "drain", "drain", "EXAMPLES"),
    Command("doctor", "examine", "doctor", "EXAMPLES"),
    Command("version", "version", "version", "EXAMPLES"),
    Command("calls", "calls", "calls"),
    Command("conferences", "conferences", "conferences"),
    Command("queues", "queues", "queues"),
    Command("recordings", "recordings", "recordings"),
    Command("accounts", "accounts", "accounts"),
    Command("keys", "keys", "keys"),
    Command("balance", "balance", "balance"),
    Command("numbers", "numbers", "numbers"),
    Command("applications", "applications", "applications"),
    Command("trunks", "trunks", "trunks"),
    Command("routes", "routes", "routes"),
    Command("policies", "policies", "policies"),
    Command("refusals", "refusals", "refusals", "EXAMPLES"),
    Command("bans", "bans", "bans"),
    Command("nodes", "nodes", "nodes"),
    Command("voices", "voices", "voices"),
    Command("agents", "agents", "agents"),
    Command("webhooks", "webhooks", "webhooks"),
    Command("audit", "audit", "audit"),
    Command("retention", "retention", "retention"),
    Command("holds", "holds", "holds"),
    Command("privacy", "privacy", "privacy"),
    Command("database", "database", "database"),
    Command("flow", "flows", "flows"),
)
"""In the order of the help page."""


def app_for(name: str | None) -> typer.Typer:
    """The application with the command of this name alone; with all of them if there is none."""
    app = typer.Typer(
        name="telefoon",
        cls=CommandGroup,
        callback=telefoon,
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
    for command in [each for each in COMMANDS if each.name == name] or COMMANDS:
        command.add_to(app)
    return app


def _say_version(wanted: bool) -> None:
    if wanted:
        from api.cli.version import version

        version()
        raise typer.Exit


def telefoon(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """A programmable voice platform: REST in, SIP and RTP out.

    Settings come from the environment (TELEFOON_...) or a file; config/telefoon.toml describes each.
    """
    del version
    if context.invoked_subcommand in {"serve", "version"}:
        return  # the one sets up its own logs, the other has none
    with loading():
        from api.logging.logs import write_logs
        from config.settings import LogFormat, LogLevel

    # Other commands talk to a person, who wants to hear only what is wrong.
    write_logs(LogFormat.TEXT, LogLevel.WARNING)
