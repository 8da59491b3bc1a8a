"""`telefoon phone`: the test phone at the command line."""

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from api.cli.group import FAILED, examples
from engine.errors import InvalidField

if TYPE_CHECKING:
    from sip.test_phone.phone import Phone, PhoneEvent

EXAMPLES: Final = examples(
    "telefoon phone --port 5080",
    "telefoon phone --port 5080 --digits 1w2# --record heard.wav --calls 1",
    "telefoon phone --port 5080 --busy",
    "telefoon phone --dial sip:+3225550100@127.0.0.1:5060 --from +3225550199 --digits 1 --hang-up-after 10",
    "telefoon phone --register sip:127.0.0.1:5070 --user alice --password secret",
)


def phone(
    port: Annotated[int, typer.Option(help="SIP port, UDP and TCP; 0 takes a free one.", min=0, max=65535)] = 0,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    answer_after: Annotated[float, typer.Option(help="Ring for this many seconds first.", min=0)] = 0.0,
    ring_forever: Annotated[bool, typer.Option("--ring-forever", help="Never answer.")] = False,
    reject: Annotated[int | None, typer.Option(help="Refuse calls with this SIP code.", min=300, max=699)] = None,
    busy: Annotated[bool, typer.Option("--busy", help="Refuse calls with 486.")] = False,
    digits: Annotated[str, typer.Option(help="Keys to send once answered; w waits half a second.")] = "",
    digits_after: Annotated[float, typer.Option(help="Seconds from answer to the first key.", min=0)] = 1.0,
    play: Annotated[Path | None, typer.Option(help="WAV to play once answered.")] = None,
    record: Annotated[Path | None, typer.Option(help="WAV to write what the phone hears to.")] = None,
    hang_up_after: Annotated[float | None, typer.Option(help="Seconds from answer to BYE.", min=0)] = None,
    dial: Annotated[str | None, typer.Option(help="Call this SIP URI, then exit; 1 if it was not answered.")] = None,
    from_: Annotated[str, typer.Option("--from", help="The caller's number when dialling.")] = "phone",
    register: Annotated[str | None, typer.Option(help="SIP URI of a registrar.")] = None,
    user: Annotated[str | None, typer.Option(help="User name at the registrar.")] = None,
    password: Annotated[str | None, typer.Option(help="Password at the registrar.")] = None,
    calls: Annotated[int | None, typer.Option(help="Exit after this many calls.", min=1)] = None,
    sip_log: Annotated[Path | None, typer.Option(help="File for the SIP library's log with all messages.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
) -> None:
    """A test phone: answers or calls, sends digits, plays, and records what it hears."""
    from api.cli.stopping import unless_stopped
    from engine.model.trunk import Authentication, trunk_at
    from sip.test_phone.phone import Phone, PhoneLine
    from sip.test_phone.script import BUSY, PhoneScript

    if dial is not None and register is None and not dial.startswith(("sip:", "sips:")):
        raise InvalidField("dial", f"--dial is {dial}. Write a SIP URI, such as sip:+3225550100@127.0.0.1:5060.")
    line = PhoneLine(
        host=host,
        port=port,
        registrar=trunk_at(register, auth=Authentication.REGISTER, user=user or "", password=password or "")
        if register
        else None,
        log_file=sip_log,
    )
    script = PhoneScript(
        answer_after_s=None if ring_forever else answer_after,
        refusal=BUSY if busy else reject,
        digits=digits,
        digits_after_s=digits_after,
        play=play,
        record=record,
        hang_up_after_s=hang_up_after,
    )

    async def live() -> bool:
        async with Phone.open(line, script, _print_json if as_json else _print_text) as opened:
            return await _use(opened, dial, from_, calls)

    if asyncio.run(unless_stopped(live())) is False:
        raise typer.Exit(FAILED)


async def _use(phone: "Phone", dial: str | None, caller: str, calls: int | None) -> bool:
    if dial is not None:
        return await phone.dial(dial, caller)
    await phone.take_calls(calls)
    return True


def _print_json(event: "PhoneEvent") -> None:
    call = {"call": event.call} if event.call else {}
    at = event.at.isoformat(timespec="milliseconds")
    typer.echo(json.dumps({"event": event.kind, "at": at, **call, **event.facts}))


def _print_text(event: "PhoneEvent") -> None:
    who = f"call {event.call}" if event.call else "phone"
    facts = "  ".join(f"{name}={value}" for name, value in event.facts.items())
    typer.echo(f"{event.at:%H:%M:%S}  {who:<7}  {event.kind:<12}  {facts}".rstrip())
