"""`telefoon explain`: what would become of an INVITE, and by which rule?"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from api.cli.group import FAILED, examples
from api.cli.local import LocalStores, with_books
from api.cli.output import AsJson, print_json
from engine.errors import InvalidField

if TYPE_CHECKING:
    from engine.diagnosis.invite import InviteDecision
    from engine.model.trunk import Trunk
    from sip.message import Message

EXAMPLES: Final = examples(
    "telefoon explain invite.txt", "telefoon explain invite.txt --source 192.0.2.10:5060", "telefoon explain - --json"
)


def explain(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The INVITE as text; - is standard input.")],
    source: Annotated[
        str | None, typer.Option(metavar="ADDRESS[:PORT]", help="Where it came from; what its Via says if left out.")
    ] = None,
    certificate: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The certificate (PEM) that its connection has shown over TLS.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what would become of an INVITE that comes in, rule by rule; exit 1 if it would be refused."""
    from engine.diagnosis.invite import outcome
    from sip.message import read_message

    message, shown = read_message(_text(file)), _text(certificate) if certificate is not None else ""
    decisions = with_books(lambda books: _decided(books, message, source, shown))
    if as_json:
        print_json({"outcome": outcome(decisions), "decisions": [asdict(each) for each in decisions]})
    else:
        for each in decisions:
            typer.echo(f"{'passes ' if each.answer is None else 'REFUSED'}  {each.rule.capitalize()}: {each.detail}")
        typer.echo(f"\n{outcome(decisions)}")
    if decisions[-1].answer is not None:
        raise typer.Exit(FAILED)


async def _decided(
    books: LocalStores, message: "Message", given: str | None, certificate: str
) -> Sequence["InviteDecision"]:
    """The decisions as far as the INVITE comes. Raises InvalidField."""
    from sip.config import from_settings
    from sip.description import Carried
    from sip.dns.server_names import server_names
    from sip.explanation import called_numbers, message_decision, origin_of, source_in
    from sip.trunks.sources import addresses_of
    from sip.trunks.uris import hops_of

    settings = books.settings
    said = given or source_in(message)
    carried = Carried(frozenset(name.lower() for name in settings.codecs)).over(said)
    decisions = [message_decision(message, carried)]
    if decisions[-1].answer is not None:
        return decisions
    source = _source(said)
    trunks = [each.trunk for each in await books.stores.trunks.all()]
    config = from_settings(settings)
    names = server_names(config.family)
    await names.use({hop for trunk in trunks for hop in hops_of(trunk)})
    addresses = addresses_of(trunks, names.located)
    trunk, origin = origin_of(message, source, certificate, trunks, addresses, config)
    if trunk is not None:
        decisions = [message_decision(message, carried, trunk)]
        if decisions[-1].answer is not None:
            return decisions
    decisions.append(origin)
    if decisions[-1].answer is None:
        decisions += await _number_decisions(books, called_numbers(message, trunk), trunk)
    return decisions


async def _number_decisions(
    books: LocalStores, numbers: Mapping[str, str], trunk: "Trunk | None"
) -> Sequence["InviteDecision"]:
    from engine.diagnosis.invite import InviteDecision, InviteRule
    from engine.model.numbers import from_carrier

    tried: dict[str, str] = {}
    for called, read in numbers.items():
        tried.setdefault(from_carrier(read), f"{called} is the number {from_carrier(read)}")
    if trunk is not None and trunk.default_number:
        instead = trunk.default_number
        tried.setdefault(instead, f"nobody has it, and {instead} takes such calls (default_number of {trunk.name})")
    for e164, why in tried.items():
        number = await books.stores.numbers.taking(e164)
        if number is None:
            continue
        account = (await books.names()).get(number.account_id, number.account_id)
        flow = f"its flow is asked of {number.url}" if number.url else "it has no URL, so no flow is run"
        return [
            InviteDecision(InviteRule.NUMBER, why),
            InviteDecision(InviteRule.ACCOUNT, f"{number.e164} belongs to the account {account}"),
            InviteDecision(InviteRule.FLOW, flow),
        ]
    told = " nor ".join(dict.fromkeys(from_carrier(each) for each in numbers.values()))
    detail = f"no account has {told}; add it with: telefoon numbers add NUMBER --account NAME"
    return [InviteDecision(InviteRule.NUMBER, detail, 404)]


def _source(text: str) -> str:
    """The address with its port. Raises InvalidField."""
    address, colon, port = text.rpartition(":")
    if not colon or not port.isdigit() or (":" in address and not address.startswith("[")):
        address = text  # without a port
    try:
        found = ip_address(address.strip("[]"))
    except ValueError:
        raise InvalidField("source", f"{text or 'nothing'} is no address; give --source ADDRESS[:PORT].") from None
    shown = f"[{found}]" if found.version == 6 else str(found)
    return f"{shown}:{port if address != text else 5060}"


def _text(file: Path) -> str:
    try:
        if str(file) == "-":
            return typer.get_text_stream("stdin").read()
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise InvalidField("file", f"{file} can't be read: {error.strerror}.") from None
