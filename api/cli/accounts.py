"""`telefoon accounts`: customers, and what holds for all their calls."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.consent import ConsentBasis, ConsentPolicyOption, ConsentTo, ConsentWithdrawal, consents_chosen
from api.cli.disclosure import EXAMPLES as DISCLOSURE_EXAMPLES
from api.cli.disclosure import NOTICE_EXAMPLES, SPOKEN_NAME_EXAMPLES, disclosure, notice, spoken_name
from api.cli.group import CommandGroup, examples
from api.cli.local import LocalStores, with_books
from api.cli.option_flags import with_option_flags
from api.cli.output import AsJson, as_row, print_facts, print_json, print_rows
from api.cli.pace import EXAMPLES as PACE_EXAMPLES
from api.cli.pace import pace
from api.cli.region import EXAMPLES as REGION_EXAMPLES
from api.cli.region import region
from engine.errors import InvalidField
from engine.model.call_options import CONSENT_OPTIONS, AccountOptions
from engine.model.consent.policy import Withdrawal
from engine.model.consent.wording import Sentence
from engine.model.languages import REGION_OF_BARE_LANGUAGE
from engine.privacy.audit import CLI

if TYPE_CHECKING:
    from engine.store.account_secrets import AccountSecret

accounts = typer.Typer(cls=CommandGroup, no_args_is_help=True, help="Accounts.")


@accounts.command("list", epilog=examples("telefoon accounts list", "telefoon accounts list --json"))
def list_accounts(as_json: AsJson = False) -> None:
    """List accounts."""

    async def work(books: LocalStores) -> list[dict[str, Any]]:
        found = await books.stores.accounts.all()
        return [{**as_row(each), "policy": each.options.consent and each.options.consent.policy} for each in found]

    rows = with_books(work)
    if as_json:
        print_json(rows)
        return
    columns = {"id": "ID", "name": "Name", "created_at": "Created", "region": "Region", "policy": "Consent"}
    print_rows(rows, columns, none="There are no accounts. Make one with: telefoon keys create --account NAME")


@accounts.command(epilog=examples("telefoon accounts secret demo", "telefoon accounts secret demo --rotate"))
def secret(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The account's name.")],
    rotate: Annotated[
        bool, typer.Option("--rotate", help="Make a new one; the old one signs along for 24 hours.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Print the secret that webhooks of an account are signed with."""

    async def work(books: LocalStores) -> "AccountSecret":
        owner = await books.account(name)
        if rotate:
            made = await books.stores.account_secrets.rotate(owner.id)
            await books.stores.audit.add(CLI, "secret.rotate", made.id, account=owner.id)
            return made
        return (await books.stores.account_secrets.valid(owner.id))[0]

    found = with_books(work)
    if as_json:
        print_json({"id": found.id, "account": name, "created_at": found.created_at, "secret": found.secret})
        return
    typer.echo(f"Webhooks of account {name} are signed with: {found.secret}")


@accounts.command(
    epilog=examples(
        "telefoon accounts consent demo --consent both-parties",
        "telefoon accounts consent demo --consent announce --consent-to streaming=press-to-consent",
        "telefoon accounts consent demo --consent none-needed --consent-basis 'MiFID II art. 16(7): orders'",
    )
)
def consent(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The account's name.")],
    consent: ConsentPolicyOption = None,
    consent_to: ConsentTo = None,
    consent_basis: ConsentBasis = None,
    consent_withdrawal: ConsentWithdrawal = Withdrawal.CUT,
) -> None:
    """Choose how calls of an account may be recorded and more; without --consent, as their countries want it."""
    chosen = consents_chosen(consent, consent_to or (), consent_basis, consent_withdrawal)
    policies = {purpose.value: choice.policy.value for purpose, choice in chosen.items() if choice is not None}

    async def work(books: LocalStores) -> None:
        account = await books.account(name)
        await books.stores.accounts.choose(account.id, account.options.with_consents(chosen))
        await books.stores.audit.add(CLI, "account.consent", account.id, policy=consent, policies=policies)

    with_books(work)
    typer.echo(f"Calls of account {name} are recorded by {consent or 'the default of their countries'}.")


@accounts.command(
    epilog=examples("telefoon accounts options demo --recording-beep 15", "telefoon accounts options demo --reset")
)
@with_option_flags(AccountOptions)
def options(
    *,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The account's name.")],
    options: AccountOptions,
    reset: Annotated[bool, typer.Option("--reset", help="Forget what was chosen before.")] = False,
    as_json: AsJson = False,
) -> None:
    """Choose what holds for calls of an account where neither they nor their number choose; print what is chosen."""

    async def work(books: LocalStores) -> AccountOptions:
        account = await books.account(name)
        chosen = options.over(AccountOptions() if reset else account.options)
        await books.stores.accounts.choose(account.id, chosen)
        fields = sorted(field for field, _, value in chosen.items() if value is not None)
        await books.stores.audit.add(CLI, "account.options", account.id, fields=fields)
        return chosen

    chosen = with_books(work)
    if as_json:
        print_json(chosen)
    else:
        choices = {option: getattr(chosen, option) for option in (*CONSENT_OPTIONS.values(), "disclosure")}
        print_facts({**as_row(chosen), **{option: choice and choice.policy for option, choice in choices.items()}})


@accounts.command(epilog=examples("telefoon accounts beep demo --every 15", "telefoon accounts beep demo"))
def beep(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The account's name.")],
    every: Annotated[int | None, typer.Option(min=0, max=3600, help="Seconds between the tones; 0 is never.")] = None,
) -> None:
    """Choose how often a tone tells that a call of an account is recorded; without --every, as is set."""

    async def work(books: LocalStores) -> None:
        account = await books.account(name)
        await books.stores.accounts.choose(account.id, replace(account.options, recording_beep_s=every))
        await books.stores.audit.add(CLI, "account.options", account.id, fields=["recording_beep_s"])

    with_books(work)
    how = "as is set" if every is None else f"every {every} s" if every else "never"
    typer.echo(f"Recorded calls of account {name} hear a tone {how}.")


@accounts.command(
    epilog=examples("telefoon accounts text demo announcement --language fr --text 'Cet appel est enregistré.'")
)
def text(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The account's name.")],
    sentence: Annotated[Sentence, typer.Argument(help="What is said; about recording, where it names nothing else.")],
    language: Annotated[str, typer.Option(help="Such as fr, without a region.")],
    text: Annotated[str, typer.Option(help="What is said from now on.")],
) -> None:
    """Give an account a text of its own in place of ours: a new version, which consent records name."""
    if language not in REGION_OF_BARE_LANGUAGE:
        raise InvalidField("language", f"--language is {language}; give one of {', '.join(REGION_OF_BARE_LANGUAGE)}.")
    if not text.strip():
        raise InvalidField("text", "--text is empty.")

    async def work(books: LocalStores) -> int:
        owner = await books.account(name)
        version = (await books.stores.consents.set_text(owner.id, sentence, language, text)).version
        facts = {"sentence": sentence.value, "language": language, "version": version}
        await books.stores.audit.add(CLI, "account.text", owner.id, **facts)
        return version

    version = with_books(work)
    typer.echo(f"Account {name} says version {version} of its own {sentence} in {language}.")


accounts.command(epilog=PACE_EXAMPLES)(pace)
accounts.command(epilog=REGION_EXAMPLES)(region)
accounts.command(epilog=SPOKEN_NAME_EXAMPLES)(spoken_name)
accounts.command(epilog=NOTICE_EXAMPLES)(notice)
accounts.command(epilog=DISCLOSURE_EXAMPLES)(disclosure)
