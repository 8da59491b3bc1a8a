"""The options with which a disclosure policy is chosen, and what accounts say before a program speaks."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Final

import typer

from api.cli.group import examples
from api.cli.local import LocalStores, with_books
from api.cli.output import AsJson, print_facts, print_json
from engine.errors import InvalidField
from engine.model.disclosure import NAME, DisclosureChoice, DisclosurePolicy, assertion_facts, faults
from engine.model.languages import REGION_OF_BARE_LANGUAGE, nearest_language
from engine.privacy.audit import CLI

DisclosureOption = Annotated[
    DisclosurePolicy | None,
    typer.Option("--disclosure", help="How people learn that a program speaks; else the account's way, or we say it."),
]
DisclosureWording = Annotated[str | None, typer.Option(help="What the program says itself; agent-says-it takes it.")]
AssertedBy = Annotated[str | None, typer.Option(help="Who vouches for agent-says-it or not-ai.")]
AssertedAt = Annotated[str | None, typer.Option(help="Since when, as 2026-11-25T09:30:00Z; agent-says-it takes it.")]
DisclosureReason = Annotated[str | None, typer.Option(help="Why no machine speaks; not-ai takes it.")]
AccountName = Annotated[str, typer.Argument(metavar="NAME", help="The account's name.")]

SPOKEN_NAME_EXAMPLES: Final = examples(
    'telefoon accounts spoken-name demo "Bakkerij Peeters"',
    'telefoon accounts spoken-name demo "Bakkerij Peeters" --language nl-BE',
    "telefoon accounts spoken-name demo",
)
NOTICE_EXAMPLES: Final = examples(
    "telefoon accounts notice demo --language nl --text 'U hoort de computer van {name}, die verwerkt wat u zegt.'",
)
EXAMPLES: Final = examples(
    "telefoon accounts disclosure demo --disclosure not-ai --disclosure-reason 'A colleague speaks.' --asserted-by Zoë",
    "telefoon accounts disclosure demo",
)


def disclosure_chosen(
    policy: DisclosurePolicy | None,
    wording: str | None,
    asserted_by: str | None,
    asserted_at: str | None,
    reason: str | None,
) -> DisclosureChoice | None:
    """What was chosen; None without a policy. Raises InvalidField."""
    flags = {
        "wording": "disclosure-wording", "asserted_by": "asserted-by", "asserted_at": "asserted-at",
        "reason": "disclosure-reason",
    }  # fmt: skip
    if policy is None:
        if any(each is not None for each in (wording, asserted_by, asserted_at, reason)):
            raise InvalidField("disclosure", "What is asserted goes with --disclosure.")
        return None
    choice = DisclosureChoice(policy, wording, asserted_by, _moment(asserted_at), reason)
    for field, fault in faults(choice).items():
        raise InvalidField(flags[field], f"--{flags[field]} {fault}")
    return choice


def disclosure(
    name: AccountName,
    disclosure: DisclosureOption = None,
    disclosure_wording: DisclosureWording = None,
    asserted_by: AssertedBy = None,
    asserted_at: AssertedAt = None,
    disclosure_reason: DisclosureReason = None,
) -> None:
    """Choose how people on calls of an account learn that a program speaks; without --disclosure, we say it."""
    choice = disclosure_chosen(disclosure, disclosure_wording, asserted_by, asserted_at, disclosure_reason)

    async def work(books: LocalStores) -> None:
        account = await books.account(name)
        await books.stores.accounts.choose(account.id, replace(account.options, disclosure=choice))
        await books.stores.audit.add(CLI, "account.disclosure", account.id, **assertion_facts(choice))

    with_books(work)
    typer.echo(
        f"On calls of account {name} people learn of programs by {choice.policy if choice else 'our announcement'}."
    )


def spoken_name(
    name: AccountName,
    spoken: Annotated[
        str | None, typer.Argument(metavar="SPOKEN", help="Its name, as people know it; '' for none.")
    ] = None,
    *,
    language: Annotated[
        str | None, typer.Option(help="Of the notice, where there is none in the call's language, such as nl-BE.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Choose for whom a program speaks on calls of an account, as people hear before it does; print what is chosen."""
    wanted = None if language is None else nearest_language(language)

    async def work(books: LocalStores) -> dict[str, str]:
        account = await books.account(name)
        named = account.spoken_name if spoken is None else " ".join(spoken.split())
        said_in = account.language if wanted is None else wanted
        if (named, said_in) != (account.spoken_name, account.language):
            await books.stores.accounts.speak_as(account.id, named, said_in)
            await books.stores.audit.add(CLI, "account.spoken-name", account.id, spoken_name=named, language=said_in)
        return {"account": account.name, "spoken_name": named, "language": said_in}

    chosen = with_books(work)
    if as_json:
        print_json(chosen)
    else:
        print_facts(chosen)


def notice(
    name: AccountName,
    language: Annotated[str, typer.Option(help="Such as nl, without a region.")],
    text: Annotated[str, typer.Option(help="What is said from now on; {name} stands for the spoken name.")],
) -> None:
    """Give an account a notice of its own that a program speaks: a new version, which disclosure records name."""
    if language not in REGION_OF_BARE_LANGUAGE:
        raise InvalidField("language", f"--language is {language}; give one of {', '.join(REGION_OF_BARE_LANGUAGE)}.")
    if NAME not in text:
        raise InvalidField("text", f"--text says nowhere for whom the program speaks: write {NAME} for that.")

    async def work(books: LocalStores) -> int:
        owner = await books.account(name)
        version = (await books.stores.disclosures.set_text(owner.id, language, text)).version
        await books.stores.audit.add(CLI, "account.notice", owner.id, language=language, version=version)
        return version

    version = with_books(work)
    typer.echo(f"Account {name} says version {version} of its own notice in {language}.")


def _moment(text: str | None) -> datetime | None:
    """Raises InvalidField."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidField("asserted-at", f"--asserted-at is no moment: {error}.") from None
    if moment.tzinfo is None:
        raise InvalidField("asserted-at", "--asserted-at has no time zone; write it as in 2026-11-25T09:30:00Z.")
    return moment
