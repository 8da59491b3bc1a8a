"""`telefoon numbers`: which telephone numbers belong to whom, and what answers calls to them."""

from dataclasses import replace
from typing import Annotated, Any

import typer

from api.cli.consent import ConsentBasis, ConsentPolicyOption, ConsentTo, ConsentWithdrawal, consents_chosen
from api.cli.disclosure import (
    AssertedAt,
    AssertedBy,
    DisclosureOption,
    DisclosureReason,
    DisclosureWording,
    disclosure_chosen,
)
from api.cli.group import CommandGroup, examples
from api.cli.local import LocalStores, with_books
from api.cli.option_flags import MethodOption, with_option_flags
from api.cli.output import AsJson, as_row, print_json, print_rows
from api.cli.web_addresses import require_web_address
from engine.errors import InvalidField, NotFound, NumberTaken
from engine.model.call_options import DEFAULT_LANGUAGE, NumberOptions
from engine.model.callback import BodyFormat, CallEventName
from engine.model.consent.policy import Withdrawal
from engine.model.disclosure import assertion_facts
from engine.privacy.audit import CLI

numbers = typer.Typer(cls=CommandGroup, no_args_is_help=True, help="Telephone numbers of accounts.")

E164 = Annotated[str, typer.Argument(metavar="+E164", help="Such as +3225550100, or a range such as +3225550xxx.")]


@numbers.command(
    epilog=examples(
        "telefoon numbers add +3225550100 --account demo",
        "telefoon numbers add +3225550100 --account demo --url https://example.com/flow --language nl-BE",
        "telefoon numbers add +3225550100 --account demo --record --consent press-to-consent",
        "telefoon numbers add +3225550100 --account demo --consent announce --consent-to streaming=both-parties",
        "telefoon numbers add +3225550100 --account demo --status-callback https://example.com/ended",
        "telefoon numbers add +3225550xxx --account demo --url https://example.com/flow",
        "telefoon numbers add +3225550100 --account demo --application AP0191f5c2a3b4c5d6e7f8091a2b3c4d5e",
    )
)
@with_option_flags(NumberOptions)
def add(
    *,
    number: E164,
    account: Annotated[str, typer.Option(help="The account's name; it is made if there is none.")],
    url: Annotated[str | None, typer.Option(help="Webhook that gives the flow of calls to this number.")] = None,
    fallback_url: Annotated[str | None, typer.Option(help="Webhook for when the first one fails.")] = None,
    method: Annotated[MethodOption, typer.Option(help="With which --url is requested first.")] = MethodOption.POST,
    fallback_method: Annotated[
        MethodOption, typer.Option(help="With which --fallback-url is requested.")
    ] = MethodOption.POST,
    webhook_format: Annotated[BodyFormat, typer.Option(help="How POSTs for call flows carry parameters.")] = (
        BodyFormat.FORM
    ),
    application: Annotated[
        str | None, typer.Option(metavar="ID", help="The account's application that answers it, in place of --url.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="What people call it.")] = None,
    options: NumberOptions,
    consent: ConsentPolicyOption = None,
    consent_to: ConsentTo = None,
    consent_basis: ConsentBasis = None,
    consent_withdrawal: ConsentWithdrawal = Withdrawal.CUT,
    disclosure: DisclosureOption = None,
    disclosure_wording: DisclosureWording = None,
    asserted_by: AssertedBy = None,
    asserted_at: AssertedAt = None,
    disclosure_reason: DisclosureReason = None,
    as_json: AsJson = False,
) -> None:
    """Give a number to an account, or a range of them, whose last digits are open (x)."""
    from engine.model.languages import nearest_language

    e164 = _e164(number)
    told = replace(
        _told(options),
        language=nearest_language(options.language or DEFAULT_LANGUAGE),
        disclosure=disclosure_chosen(disclosure, disclosure_wording, asserted_by, asserted_at, disclosure_reason),
    )
    chosen = told.with_consents(consents_chosen(consent, consent_to or (), consent_basis, consent_withdrawal))
    urls = {"url": url, "fallback-url": fallback_url, "status-callback": options.status_callback}
    for field, address in urls.items():
        if address is not None:
            require_web_address(field, address)

    async def work(books: LocalStores) -> dict[str, Any]:
        if await books.stores.numbers.get(e164) is not None:
            raise NumberTaken(e164)  # before an account is made for nothing
        owner = await books.stores.accounts.ensure(account)
        if application is not None:
            await _require_application(books, owner.id, application)
        added = await books.stores.numbers.add(
            owner.id, e164, chosen, url=url, fallback_url=fallback_url, method=method.value,
            fallback_method=fallback_method.value, webhook_format=webhook_format, friendly_name=name,
            application_id=application,
        )  # fmt: skip
        await books.stores.audit.add(
            CLI, "number.add", added.id, account=owner.id, number=books.stores.pseudonyms.pseudonym_of(e164)
        )
        if chosen.disclosure is not None:
            await books.stores.audit.add(CLI, "number.disclosure", added.id, **assertion_facts(chosen.disclosure))
        return {**as_row(added), "account": owner.name}

    added = with_books(work)
    if as_json:
        print_json(added)
    else:
        typer.echo(f"{added['e164']} belongs to account {added['account']}.")
    _warn_of(*urls.values())


@numbers.command("list", epilog=examples("telefoon numbers list", "telefoon numbers list --account demo --json"))
def list_numbers(
    account: Annotated[str | None, typer.Option(help="Only the numbers of this account.")] = None,
    as_json: AsJson = False,
) -> None:
    """List numbers."""

    async def work(books: LocalStores) -> list[dict[str, Any]]:
        owner = await books.account(account) if account is not None else None
        names = await books.names()
        found = await (books.stores.numbers.of_account(owner.id) if owner else books.stores.numbers.all())
        return [{**as_row(each), "account": names.get(each.account_id, "")} for each in found]

    rows = with_books(work)
    if as_json:
        print_json(rows)
        return
    columns = {
        "e164": "Number",
        "account": "Account",
        "method": "Method",
        "url": "URL",
        "fallback_url": "Fallback",
        "language": "Language",
        "record": "Record",
    }
    print_rows(rows, columns, none="There are no numbers. Add one with: telefoon numbers add +E164 --account NAME")


@numbers.command(epilog=examples("telefoon numbers remove +3225550100"))
def remove(number: E164) -> None:
    """Take a number from its account; calls to it get 404 from then on. Of a range, all numbers are taken."""
    if not number.lstrip("+").isdigit():
        number = _e164(number)  # a range, which may be spelled in several ways

    async def work(books: LocalStores) -> bool:
        removed = await books.stores.numbers.remove(number)
        if removed:
            await books.stores.audit.add(CLI, "number.remove", books.stores.pseudonyms.pseudonym_of(number))
        return removed

    if not with_books(work):
        raise NoNumber(number)
    typer.echo(f"{number} is removed.")


def _warn_of(*urls: str | None) -> None:
    """A webhook that the server would not ask, before a call finds out."""
    for url in filter(None, urls):
        from api.node.webhook_urls import refused
        from config.settings import load

        if (why := refused(load(), url)) is not None:
            typer.echo(f"telefoon: {why}", err=True)


async def _require_application(books: LocalStores, account_id: str, application_id: str) -> None:
    """Raises NotFound for one that is not the account's."""
    found = await books.stores.applications.get(application_id)
    if found is None or found.account_id != account_id:
        raise NotFound("application", application_id)


class NoNumber(NotFound):
    """No account has this number."""

    def __init__(self, number: str) -> None:
        super().__init__("number", number)
        self.args = (f"No account has the number {number}. See them with: telefoon numbers list",)


def _e164(text: str) -> str:
    from engine.model.number_ranges import parse_number_or_range

    try:
        return parse_number_or_range(text)
    except ValueError as error:
        raise InvalidField("number", str(error)) from None


def _told(options: NumberOptions) -> NumberOptions:
    """The options with what is told to whom: of the end alone where no events are chosen. Raises InvalidField."""
    if options.status_callback_method not in tuple(MethodOption):
        raise InvalidField("status-callback-method", "--status-callback-method is GET or POST.")
    events = options.status_callback_events or ()
    if wrong := [each for each in events if each not in tuple(CallEventName)]:
        allowed = ", ".join(CallEventName)
        raise InvalidField("status-callback-events", f"--status-callback-events is {wrong[0]}. Allowed are: {allowed}.")
    if options.status_callback is None:
        return options
    return replace(options, status_callback_events=events or (CallEventName.COMPLETED.value,))
