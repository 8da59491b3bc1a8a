"""`telefoon trunks`: how carriers are reached. A server that runs takes up each change within two seconds."""

import asyncio
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli import trunk_calls, trunk_costs, trunk_events, trunk_test
from api.cli.group import CommandGroup, examples
from api.cli.local import LocalStores, with_books
from api.cli.output import AsJson, print_facts, print_json, print_rows
from api.cli.trunk_fields import takes_fields
from engine.errors import InvalidField
from engine.privacy.audit import CLI

if TYPE_CHECKING:
    from engine.model.trunk import Trunk

trunks = typer.Typer(cls=CommandGroup, no_args_is_help=True, help="Trunks: how carriers and exchanges are reached.")

Name = Annotated[str, typer.Argument(metavar="NAME", help="The trunk's name, such as carrier-a.")]


@trunks.command(
    epilog=examples(
        "telefoon trunks add carrier-a --host sip.carrier.example --auth register --user u1 --password-file pw",
        "telefoon trunks add carrier-b --host 192.0.2.10:5070 --priority 10 --set srtp=optional",
        "telefoon trunks add office --host 10.0.0.5 --profile asterisk-peer",
    )
)
@takes_fields
def add(
    name: Name,
    *,
    given: dict[str, object],
    profile: Annotated[
        str | None,
        typer.Option(help="A kind of carrier (docs/trunks.md) that says what is left out, such as asterisk-peer."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Add a trunk, with what its carrier has told you. To try it out: telefoon trunks test NAME"""
    from engine.model.trunk import new_trunk
    from engine.model.trunk.profiles import with_profile

    trunk = new_trunk(with_profile({"name": name, **given, **({"profile": profile} if profile else {})}))

    async def work(books: LocalStores) -> dict[str, Any]:
        from engine.store.default_numbers import require_default_number

        _require_inside(books, trunk)
        await require_default_number(books.stores.numbers, trunk)
        added = await books.stores.trunks.add(trunk)
        await books.stores.audit.add(CLI, "trunk.add", name, fields=sorted(given))
        return (await _shown(books, added.trunk.name))[0]

    _tell(with_books(work), f"Trunk {name} is added; a server that runs takes it up within two seconds.", as_json)


@trunks.command("list", epilog=examples("telefoon trunks list", "telefoon trunks list --json"))
def list_trunks(as_json: AsJson = False) -> None:
    """List trunks, and how their registrations stand."""
    rows = with_books(_with_state)
    if as_json:
        print_json(rows)
        return
    columns = {
        "name": "Name",
        "from": "From",
        "enabled": "Enabled",
        "priority": "Priority",
        "hosts": "Hosts",
        "transport": "Transport",
        "auth": "Auth",
        "registrations": "Registered",
        "round_trip_ms": "Round trip",
        "calls": "Calls",
        "answer_seizure_ratio": "Answered",
    }
    shown = [{**row, **_in_words(row), **(row["state"] or {})} for row in rows]
    print_rows(shown, columns, none="There are no trunks. Add one with: telefoon trunks add NAME --host HOST")


@trunks.command(epilog=examples("telefoon trunks show carrier-a", "telefoon trunks show carrier-a --json"))
def show(name: Name, as_json: AsJson = False) -> None:
    """Print a trunk: its fields but for the password, its registrations, and how it has carried calls."""
    (found,) = with_books(lambda books: _with_state(books, name))
    if as_json:
        print_json(found)
    else:
        print_facts({**found, **_in_words(found), "state": None, **(found["state"] or {})})


@trunks.command(
    "set",
    epilog=examples(
        "telefoon trunks set carrier-a --set enabled=no", "telefoon trunks set carrier-a --priority 5 --timeout 2.5"
    ),
)
@takes_fields
def change(
    name: Name,
    *,
    given: dict[str, object],
    as_json: AsJson = False,
) -> None:
    """Change some fields of a trunk; calls in progress go on."""
    from engine.model.trunk import changed_trunk

    if not given:
        raise InvalidField("set", "Nothing is to be changed; give a field, such as --set enabled=no.")

    async def work(books: LocalStores) -> dict[str, Any]:
        from engine.store.default_numbers import require_default_number

        rows = books.stores.trunks
        before = (await rows.get(name)).trunk
        _require_inside(books, wanted := changed_trunk(before, given))
        await require_default_number(books.stores.numbers, wanted, before)
        await rows.change(name, given)
        await books.stores.audit.add(CLI, "trunk.set", name, fields=sorted(given))
        return (await _shown(books, name))[0]

    _tell(with_books(work), f"Trunk {name} is changed; a server that runs takes it up within two seconds.", as_json)


@trunks.command(epilog=examples("telefoon trunks remove carrier-a"))
def remove(name: Name) -> None:
    """Remove a trunk; calls in progress by it go on to their end."""

    async def work(books: LocalStores) -> None:
        await books.stores.trunks.remove(name)
        await books.stores.audit.add(CLI, "trunk.remove", name)

    with_books(work)
    typer.echo(f"Trunk {name} is removed.")


def _require_inside(books: LocalStores, trunk: "Trunk") -> None:
    from api.node.privacy import residency_of
    from api.node.trunks import require_inside

    require_inside(trunk, residency_of(books.settings))


trunks.command("test", epilog=trunk_test.EXAMPLES)(trunk_test.try_out)
trunks.command("calls", epilog=trunk_calls.EXAMPLES)(trunk_calls.calls)
trunks.command("events", epilog=trunk_events.EXAMPLES)(trunk_events.events)
trunks.command("costs", epilog=trunk_costs.EXAMPLES)(trunk_costs.costs)


async def _shown(books: LocalStores, name: str | None = None) -> list[dict[str, Any]]:
    """All, or the one of this name. Raises NoTrunk."""
    from api.http.trunk_json import trunk_json

    rows = books.stores.trunks
    found = await rows.all() if name is None else [await rows.get(name)]
    stand = await rows.registrations()
    return [trunk_json(each, stand) for each in found]


async def _with_state(books: LocalStores, name: str | None = None) -> list[dict[str, Any]]:
    """The trunks as `_shown` has them, with the state that a running server tells, or None. Raises NoTrunk."""
    from api.doctor import server

    shown, running = await asyncio.gather(_shown(books, name), server.find(books.settings))
    return [{**each, "state": running.trunks.get(each["name"]) if running else None} for each in shown]


def _in_words(trunk: dict[str, Any]) -> dict[str, str]:
    """What is a list in it, or needs a word more, as a person reads it."""
    from engine.model.trunk import TlsVerify, Trunk
    from engine.model.trunk.hosts import read_host
    from engine.model.trunk.number_rules import NumberAddresses, NumberFormats, in_words

    stand = [_registration_in_words(each) for each in trunk["registrations"]]
    hosts = ", ".join(str(read_host(each)) for each in trunk["hosts"])
    rules = [name for name, facts in Trunk.table().items() if isinstance(facts.kind, NumberAddresses | NumberFormats)]
    verify = "off: any certificate is taken" if trunk["tls_verify"] == TlsVerify.OFF else trunk["tls_verify"]
    lists = {"hosts": hosts, "registrations": "; ".join(stand)}
    return {**{name: in_words(trunk[name]) for name in rules}, **lists, "tls_verify": verify}


def _registration_in_words(stand: dict[str, Any]) -> str:
    if stand["registered"]:
        return f"until {stand['until']}"
    said = f"no: {stand['code']} {stand['reason']}".rstrip() + (f" ({stand['words']})" if stand["words"] else "")
    return said + (f", asked again at {stand['again_at']}" if stand["again_at"] else "")


def _tell(facts: dict[str, Any], sentence: str, as_json: bool) -> None:
    if as_json:
        print_json(facts)
    else:
        typer.echo(sentence)
