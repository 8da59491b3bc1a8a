"""`telefoon call` and `telefoon calls`: placing and looking at calls through the REST interface."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from api.cli.group import FAILED, CommandGroup, examples
from api.cli.option_flags import MethodOption, with_order_flags
from api.cli.output import AsJson, print_facts, print_json, print_page
from api.cli.password_file import first_line_of
from api.cli.rest import Key, Rest, RestError, Server, with_rest
from engine.errors import InvalidField

calls = typer.Typer(cls=CommandGroup, no_args_is_help=True, help="Calls, past and live.")

CallId = Annotated[str, typer.Argument(metavar="ID", help="As in: telefoon calls list")]

SipPasswordFile = Annotated[
    Path | None, typer.Option(help="File whose first line is its password.", exists=True, dir_okay=False)
]

_TOLD_BY_EXPLAIN: Final = frozenset({"explanation", "attempts"})
PLACE_EXAMPLES: Final = examples(
    'telefoon call +3225550199 --from +3225550100 --say "Good morning" --language en-GB --watch',
    "telefoon call +3225550199 --from +3225550100 --flow menu.xml --record",
    "telefoon call +3225550199 --from +3225550100 --url https://example.com/flow --json",
    "telefoon call sip:desk@example.com --from +3225550100 --sip-username shop --sip-password-file pw",
)


@with_order_flags
def place(
    *,
    to: Annotated[
        str,
        typer.Argument(metavar="TO", help="Number, such as +3225550199 or 0470 12 34 56; sip:ADDRESS; client:NAME"),
    ],
    from_: Annotated[str, typer.Option("--from", help="One of the account's numbers.")],
    say: Annotated[str | None, typer.Option(help="Say this, then hang up.")] = None,
    url: Annotated[str | None, typer.Option(help="Webhook that gives the call flow.")] = None,
    method: Annotated[MethodOption | None, typer.Option(help="With which --url is requested; else POST.")] = None,
    flow: Annotated[Path | None, typer.Option(help="File with the call flow, XML or JSON.")] = None,
    fallback_url: Annotated[str | None, typer.Option(help="Webhook for when the flow fails.")] = None,
    fallback_method: Annotated[MethodOption | None, typer.Option(help="With which it is requested.")] = None,
    application: Annotated[str | None, typer.Option(metavar="ID", help="The application that answers it.")] = None,
    options: dict[str, Any],
    sip_username: Annotated[str | None, typer.Option(help="User for digest authentication with a SIP address.")] = None,
    sip_password_file: SipPasswordFile = None,
    sip_header: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="Header of the INVITE to a SIP address or client.")
    ] = None,
    hide_caller: Annotated[bool, typer.Option("--hide-caller", help="Keep from whom it calls who calls.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Tell what happens; exit 1 unless completed.")] = False,
    key: Key = None,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """Place a call."""
    if sum(each is not None for each in (say, url, flow, application)) > 1:
        raise InvalidField("flow", "Give one of --say, --url, --flow and --application.")
    order = {
        "to": to,
        "from": from_,
        "url": url,
        "method": method,
        "flow": _flow(say, flow, options.get("tts_language")),
        "fallback_url": fallback_url,
        "fallback_method": fallback_method,
        "application_id": application,
        **options,
        "hide_caller": hide_caller or None,
        "sip_username": sip_username,
        "sip_password": None if sip_password_file is None else first_line_of(sip_password_file),
        "sip_headers": dict(map(_header, sip_header)) if sip_header else None,
    }

    async def work(rest: Rest) -> dict[str, Any]:
        call = await rest.post("/calls", {name: value for name, value in order.items() if value is not None})
        if watch:
            if not as_json:
                typer.echo(f"call {call['id']} to {to}")
            call = await _watched(rest, call, quiet=as_json)
        return call

    call = with_rest(key, server, work)
    if as_json:
        print_json(call)
    elif watch:
        print_facts({name: call.get(name) for name in ("status", "duration", "price", "sip_code", "sip_reason")})
    else:
        typer.echo(f"{call['id']} {call['status']}. See it with: telefoon calls show {call['id']}")
    if watch and call["status"] != "completed":
        raise typer.Exit(FAILED)


@calls.command(
    "list", epilog=examples("telefoon calls list", "telefoon calls list --status busy --direction outbound --json")
)
def list_calls(
    status: Annotated[str | None, typer.Option(help="Such as in-progress, completed, busy.")] = None,
    direction: Annotated[str | None, typer.Option(help="inbound or outbound.")] = None,
    page: Annotated[int, typer.Option(help="From 1, newest first.", min=1)] = 1,
    page_size: Annotated[int, typer.Option(help="Calls a page.", min=1, max=100)] = 50,
    key: Key = None,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """List calls of the key's account."""

    async def work(rest: Rest) -> dict[str, Any]:
        return await rest.get("/calls", status=status, direction=direction, page=page, page_size=page_size)

    listed = with_rest(key, server, work)
    columns = {
        "id": "ID",
        "status": "Status",
        "direction": "Direction",
        "from": "From",
        "to": "To",
        "start_time": "Started",
        "duration": "Seconds",
        "price": "Price",
    }
    print_page(listed, "calls", columns, none="There are no such calls.", as_json=as_json)


@calls.command(epilog=examples("telefoon calls show CA0191f5c2a3b4c5d6e7f8091a2b3c4d5e"))
def show(call_id: CallId, key: Key = None, server: Server = None, as_json: AsJson = False) -> None:
    """Show everything that is known of a call."""
    call = with_rest(key, server, lambda rest: rest.get(f"/calls/{call_id}"))
    if as_json:
        print_json(call)
        return
    print_facts({name: value for name, value in call.items() if name not in _TOLD_BY_EXPLAIN})


@calls.command(epilog=examples("telefoon calls explain CA0191f5c2a3b4c5d6e7f8091a2b3c4d5e"))
def explain(call_id: CallId, key: Key = None, server: Server = None, as_json: AsJson = False) -> None:
    """Say why a call ended as it did: what was tried, what each said, and what happened when."""

    async def work(rest: Rest) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        call = await rest.get(f"/calls/{call_id}")
        return call, (await rest.get(f"/calls/{call_id}/events"))["events"]

    call, events = with_rest(key, server, work)
    if as_json:
        print_json({"call": call, "events": events})
        return
    typer.echo(f"{call['direction']} call from {call['from']} to {call['to']}: {call['status']}{_sip(call)}")
    for line in _reasons(call):
        typer.echo(line)
    attempts = call.get("explanation") or ()
    if attempts:
        typer.echo("Tried:")
    for attempt in attempts:
        typer.echo(_attempt(attempt))
        if attempt.get("sip_code") != call.get("sip_code"):
            for line in _reasons({**call, **attempt}):
                typer.echo(f"    {line}")
    if events:
        typer.echo("Happened:")
    for event in events:
        facts = "  ".join(f"{name}={value}" for name, value in event["facts"].items())
        typer.echo(f"  {event['at']}  {event['kind']}  {facts}".rstrip())


@calls.command(
    epilog=examples(
        "telefoon calls trace CA0191f5c2a3b4c5d6e7f8091a2b3c4d5e",
        "telefoon calls trace CA0191f5c2a3b4c5d6e7f8091a2b3c4d5e --pcap call.pcap",
    )
)
def trace(
    call_id: CallId,
    full: Annotated[bool, typer.Option("--full", help="Print each message, not its first line alone.")] = False,
    pcap: Annotated[Path | None, typer.Option(help="Write them to this file, for Wireshark or sngrep.")] = None,
    key: Key = None,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """Show a call's SIP messages as a ladder, with numbers, keys and secrets hidden; needs a key for admin."""
    from engine.diagnosis.ladder import arrow_of, as_lines
    from engine.diagnosis.pcap import pcap_of

    told = with_rest(key, server, lambda rest: rest.get(f"/calls/{call_id}/trace"))
    arrows = [arrow_of(each) for each in told["messages"]]
    if pcap is not None:
        _write(pcap, pcap_of(arrows))
    if as_json:
        print_json(told)
        return
    for line in as_lines(arrows, full=full):
        typer.echo(line)
    if not arrows:
        typer.echo("No SIP message of this call is kept: only the last calls have them, and failed ones.")


@calls.command(epilog=examples("telefoon calls end CA0191f5c2a3b4c5d6e7f8091a2b3c4d5e"))
def end(call_id: CallId, key: Key = None, server: Server = None) -> None:
    """Hang up a call that rings or talks; nothing happens to one that is over."""

    async def work(rest: Rest) -> bool:
        await rest.delete(f"/calls/{call_id}")
        return True

    with_rest(key, server, work)
    typer.echo(f"{call_id} is ended.")


def _write(file: Path, content: bytes) -> None:
    try:
        file.write_bytes(content)
    except OSError as error:
        raise InvalidField("pcap", f"{file} can't be written: {error.strerror}.") from None


def _header(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise InvalidField("sip-header", f"--sip-header is {text}; write NAME=VALUE, such as X-Order=7.")
    return name, value


def _flow(say: str | None, file: Path | None, language: str | None) -> Any:
    if say is not None:
        return [{"verb": "say", "text": say, **({"language": language} if language else {})}]
    if file is None:
        return None
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidField("flow", f"{file} can't be read: {getattr(error, 'strerror', None) or error}.") from None
    if text.lstrip("\ufeff \t\r\n").startswith("<"):
        return text
    try:
        return json.loads(text)
    except ValueError as error:
        raise InvalidField("flow", f"{file} is neither XML nor JSON: {error}.") from None


async def _watched(rest: Rest, placed: dict[str, Any], *, quiet: bool) -> dict[str, Any]:
    import aiohttp
    from rich.console import Console

    from api.demo.story import tell

    try:
        console = Console(quiet=quiet, soft_wrap=True)
        return await tell(rest.client, f"{rest.base}/calls/{placed['id']}", placed, console)
    except aiohttp.ClientError as error:
        raise RestError(f"The server went away while the call was watched: {error}.") from None


def _attempt(attempt: Mapping[str, Any]) -> str:
    return f"  {attempt['via']}  {attempt['target']}: {attempt['said']}{_sip(attempt)}"


def _reasons(told: Mapping[str, Any]) -> list[str]:
    """Why a call that we placed has failed, or an attempt at it, and what to do; nothing of others."""
    from engine.diagnosis.failed_call import advice, cause_in_words, meaning
    from sip.status import q850

    if told["direction"] == "inbound":
        return []
    status, code, cause = told["status"], told.get("sip_code"), told.get("q850_cause")
    words = meaning(status, code)
    # A cause that only stands for the code is our own.
    said = cause_in_words(cause) if words and cause != q850(code or 0) else ""
    lines = [words, f"The network's cause says: {said}." if said else "", advice(status, code)]
    return [line for line in lines if line]


def _sip(facts: Mapping[str, Any]) -> str:
    code, reason, cause = (facts.get(name) for name in ("sip_code", "sip_reason", "q850_cause"))
    parts = [f"SIP {code} {reason or ''}".strip()] if code else []
    if cause:
        parts.append(f"Q.850 cause {cause}")
    return f" ({', '.join(parts)})" if parts else ""
