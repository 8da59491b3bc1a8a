"""`telefoon routes test`: which trunk would carry a call, by which rule, and what its INVITE would say."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from random import random
from typing import Annotated, Any, Final

import typer

from api.cli.group import FAILED, examples
from api.cli.local import LocalStores, with_books
from api.cli.output import AsJson, print_json
from engine.errors import InvalidField

EXAMPLES: Final = examples(
    "telefoon routes test +32470123456",
    "telefoon routes test +32470123456 --account demo --from +3225550100",
    "telefoon routes test +32470123456 --at 2026-12-25T10:00:00+01:00 --json",
)


def try_out(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="The number that is called, such as +32470123456.")],
    *,
    account: Annotated[str | None, typer.Option(help="Whose call it is, by the account's name.")] = None,
    from_: Annotated[str, typer.Option("--from", metavar="NUMBER", help="The number that calls.")] = "+3225550100",
    at: Annotated[str | None, typer.Option(metavar="TIME", help="When, in ISO 8601; now if left out.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say which trunk would carry a call, by which route, and what its INVITE would say; exit 1 if none would."""
    found = with_books(lambda books: _found(books, number, account, from_, _moment(at)))
    if as_json:
        print_json(found)
    else:
        typer.echo("\n".join(_sentences(found)))
    if not found["ways"]:
        raise typer.Exit(FAILED)


async def _found(books: LocalStores, number: str, account: str | None, caller: str, moment: datetime) -> dict[str, Any]:
    """The ways in their order, and what was passed over. Raises NotFound, InvalidField."""
    from engine.ports import DialRequest
    from engine.routing.emergency import carriers, load_emergency_numbers
    from engine.routing.routes import RouteChoice, RoutedCall, choose
    from sip.config import from_settings
    from sip.trunks.caller_identity import warning_of
    from sip.trunks.choice import invite_by, routable, towards

    owner = (await books.account(account)).id if account is not None else ""
    trunks = {each.trunk.name: each.trunk for each in await books.stores.trunks.all()}
    costs, full = await books.stores.trunk_costs.all(), await books.stores.trunks.full()
    known = [routable(each, {}, costs.get(name), full=name in full) for name, each in trunks.items()]
    routes = await books.stores.routes.all()
    call = RoutedCall(number, caller, owner, moment)
    emergency = load_emergency_numbers().of_call(number, caller, books.settings.default_country)
    choice = choose(call, known, routes, random)
    if emergency is not None:
        choice = RouteChoice(carriers(call, known, random), ())
    config = from_settings(books.settings)
    request = DialRequest(emergency or number, caller, call_id="", account_id=owner, emergency=emergency is not None)
    ways = [
        {
            "trunk": each.trunk,
            "host": each.host,
            "why": each.why if emergency is None else "its mark for emergency calls, past routes and limits",
            "warning": warning_of(request, trunks[each.trunk], books.settings.default_country),
            "invite": dict(
                invite_by(trunks[each.trunk], each.host, request, towards(trunks[each.trunk], each.host, config))
            ),
        }
        for each in choice.candidates
    ]
    passed_over = [
        {"trunk": each.trunk, "route": each.route.id if each.route else None, "reason": str(each.reason)}
        for each in choice.passed_over
    ]
    return {
        "emergency": emergency,
        "ways": ways,
        "passed_over": passed_over,
        "routes": len(routes),
        "trunks": len(trunks),
    }


def _sentences(found: Mapping[str, Any]) -> Iterator[str]:
    if found["emergency"] and found["ways"]:
        yield f"{found['emergency']} is an emergency number."
    for place, way in enumerate(found["ways"], 1):
        yield f"{place}. Trunk {way['trunk']}, host {way['host']}. By {way['why']}."
        yield from (f"   {name}: {value}" for name, value in way["invite"].items())
        if way["warning"]:
            yield f"   Warning: {way['warning']}"
    for each in found["passed_over"]:
        by = f" (route {each['route']})" if each["route"] else ""
        yield f"Passed over: trunk {each['trunk']}{by}: {each['reason']}."
    if not found["ways"]:
        yield _why_not(found)


def _why_not(found: Mapping[str, Any]) -> str:
    from engine.routing.emergency import refusal_of

    if found["emergency"]:
        return refusal_of(found["emergency"])
    if not found["trunks"]:
        return "There are no trunks: the call would fail. Add one with: telefoon trunks add NAME --host HOST"
    if found["passed_over"]:
        return "No trunk that could carry it can be used: the call would fail."
    return f"None of {found['routes']} routes fits: the call would fail. See them with: telefoon routes list"


def _moment(text: str | None) -> datetime:
    if text is None:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidField("at", f"--at is {text}; write a time as 2026-12-25T10:00:00+01:00.") from None
    return moment if moment.tzinfo else moment.astimezone()
