"""Which policy a call has, and what is said to those on it."""

from dataclasses import dataclass

from engine.model.call import Call
from engine.model.call_options import CONSENT_OPTIONS, AccountOptions
from engine.model.consent import ConsentChoice, Purpose, Sentence, Texts, Wording
from engine.model.consent.countries import Countries
from engine.store.accounts import Accounts
from engine.store.consents import Consents


@dataclass(frozen=True, slots=True)
class ConsentPolicies:
    """`home` is the country of numbers that have none (ISO 3166, lower case)."""

    accounts: Accounts
    records: Consents
    countries: Countries
    texts: Texts
    home: str

    async def choice(self, call: Call, purpose: Purpose) -> ConsentChoice:
        """The call's or its number's, else the account's, else its countries'. Raises StoreError.

        What was chosen for a purpose goes before what was chosen for recording, wherever that was.
        """
        options = call.options
        own: ConsentChoice | None = getattr(options, CONSENT_OPTIONS[purpose])
        if own is not None:
            return own
        of_account = await self.accounts.in_force(call.account_id, AccountOptions())
        chosen = options.over(of_account).consent_to(purpose) or of_account.consent_to(purpose)
        return chosen or self.countries.default((call.from_, call.to), self.home)

    async def wordings(self, account_id: str, language: str) -> dict[Sentence, Wording]:
        """All that may be said, the account's own texts first. Raises StoreError."""
        own, account = await self.records.texts(account_id), await self.accounts.by_id(account_id)
        name = account.spoken_name if account is not None else ""
        return {
            sentence: self.texts.wording(
                sentence, language, {each.language: each for each in own if each.sentence is sentence}, name
            )
            for sentence in Sentence
        }
