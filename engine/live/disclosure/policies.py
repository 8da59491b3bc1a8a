"""Which disclosure policy a call has, and the words by which its far end is told."""

from dataclasses import dataclass

from engine.errors import DisclosureRefused
from engine.model.call import Call
from engine.model.disclosure import ANNOUNCED, DisclosureChoice, NoticeTexts, NoticeWording
from engine.store.accounts import Accounts
from engine.store.disclosures import Disclosures


@dataclass(frozen=True, slots=True)
class DisclosurePolicies:
    """What accounts have chosen, and the texts that are ours."""

    accounts: Accounts
    records: Disclosures
    texts: NoticeTexts

    async def choice(self, call: Call) -> DisclosureChoice:
        """The call's or its number's, else the account's, else that we announce it. Raises StoreError."""
        options = call.options
        if options.disclosure is None:
            options = await self.accounts.in_force(call.account_id, options)
        return options.disclosure or ANNOUNCED

    async def wording(self, account_id: str, language: str) -> NoticeWording:
        """What is said to somebody who is spoken to in a language.

        Raises DisclosureRefused where the account has no spoken name, StoreError.
        """
        account = await self.accounts.by_id(account_id)
        if account is None or not account.spoken_name:
            name = account.name if account else "NAME"
            raise DisclosureRefused(
                f"Account {name} has no spoken name, which people hear before a program speaks to them. "
                f"Give it one: telefoon accounts spoken-name {name} 'Its name, as people know it'"
            )
        own = await self.records.texts(account_id)
        return self.texts.wording(account.spoken_name, language, own, spare=account.language)
