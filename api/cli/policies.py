"""`telefoon policies`: who may call where, and how much. A server that runs heeds each change with the next call."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from api.cli.group import FAILED, CommandGroup, examples
from api.cli.local import LocalStores, with_books
from api.cli.output import AsJson, print_json
from engine.errors import InvalidField
from engine.privacy.audit import CLI

policies = typer.Typer(
    cls=CommandGroup,
    no_args_is_help=True,
    help="Call policies: who may call where, and how much; the strictest of all levels holds.",
)

Account = Annotated[str | None, typer.Option(help="The policy of this account.")]
Number = Annotated[str | None, typer.Option("--number", help="The policy of this number of an account.")]
Key = Annotated[str | None, typer.Option(metavar="ID", help="The policy of this API key.")]


@policies.command(epilog=examples("telefoon policies show", "telefoon policies show --json"))
def show(as_json: AsJson = False) -> None:
    """Print all policies: the node's as it is in force, and those of accounts, numbers and keys."""

    async def work(books: LocalStores) -> list[dict[str, Any]]:
        from api.http.policy_json import policy_json
        from engine.store.policy_places import default_and_own

        names = await books.names()
        return [policy_json(each, names) for each in await default_and_own(books.stores)]

    found = with_books(work)
    if as_json:
        print_json(found)
        return
    for each in found:
        typer.echo(f"{each.pop('level')} {each.pop('subject')}".strip())
        for name, value in each.items():
            typer.echo(f"  {name} = {', '.join(value) if isinstance(value, list) else value}")


@policies.command(
    "set",
    epilog=examples(
        "telefoon policies set --set countries=be,nl,lu",
        "telefoon policies set --account demo --set calls_at_once=10 --set euros_a_day=25.00",
        "telefoon policies set --account demo --set allowed_prefixes=+1212 --set overrides=yes",
        "telefoon policies set --account demo --set calls_at_once=",
    ),
)
def set_fields(
    changes: Annotated[
        list[str],
        typer.Option(
            "--set", metavar="FIELD=VALUE", help="A field; without a value it says nothing, a comma is an empty list."
        ),
    ],
    *,
    account: Account = None,
    number: Number = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Change fields of a policy: the node's, or that of an account, a number or a key."""
    fields = dict(_pair(each) for each in changes)

    async def work(books: LocalStores) -> dict[str, Any]:
        from api.http.policy_json import policy_json
        from engine.store.policy_places import place_of

        [*_, (level, subject)] = [("node", ""), *_given(account, number, key)]
        place = await place_of(books.stores, level, subject)
        changed = await books.stores.policies.set(place, fields)
        await books.stores.audit.add(CLI, "policy.set", f"{place.level}:{place.subject}", fields=sorted(fields))
        return policy_json(changed, await books.names())

    changed = with_books(work)
    if as_json:
        print_json(changed)
    else:
        typer.echo(f"The policy of {changed['level']} {changed['subject']}".strip() + " is changed.")


@policies.command(
    "test",
    epilog=examples(
        "telefoon policies test +3290212345", "telefoon policies test +12125550123 --account demo --number +3225550100"
    ),
)
def try_out(
    to: Annotated[str, typer.Argument(metavar="NUMBER", help="The number that is called.")],
    *,
    account: Account = None,
    number: Number = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Say whether a number may be called now, and by which rule not; exit 1 then. What is used up is not looked at."""

    async def work(books: LocalStores) -> dict[str, Any]:
        from api.http.policy_json import trial_json
        from engine.store.policy_places import place_of, trial

        levels = [("node", ""), *_given(account, number, key)]
        places = [await place_of(books.stores, level, subject) for level, subject in levels]
        return trial_json(await trial(books.stores, to, tuple(places), datetime.now(UTC)))

    found = with_books(work)
    if as_json:
        print_json(found)
    else:
        what = f"{found['number']} is of type {found['type']}" + (
            f", country {found['country']}" if found["country"] else ""
        )
        refused = f"not allowed by the {found['level']}'s rule {found['rule']}: {found['reason']}"
        typer.echo(f"{what}: {'allowed' if found['allowed'] else refused}")
    if not found["allowed"]:
        raise typer.Exit(FAILED)


def _given(account: str | None, number: str | None, key: str | None) -> list[tuple[str, str]]:
    levels = (("account", account), ("number", number), ("key", key))
    return [(level, subject) for level, subject in levels if subject is not None]


def _pair(text: str) -> tuple[str, str | None]:
    name, sign, value = text.partition("=")
    if not sign:
        raise InvalidField("set", f"--set {text} has no value; write FIELD=VALUE, or FIELD= to say nothing of it.")
    # An empty list is one that refuses nothing: it is written with a comma alone.
    return name, value or None
