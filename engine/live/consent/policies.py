"""Which policy a call has, and what is said to those on it."""

from dataclasses import dataclass

from engine.model.call import Call
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

    async def choice(self, call: Call, purpose: Purpose = Purpose.RECORDING) -> ConsentChoice:
        """The call's or its number's, else the account's, else its countries'. Raises StoreError.

        What was chosen for recording holds for every purpose.
        """
        options = call.options
        if options.consent is None:
            options = await self.accounts.in_force(call.account_id, options)
        return options.consent or self.countries.default((call.from_, call.to), self.home)

    async def wordings(self, account_id: str, language: str) -> dict[Sentence, Wording]:
        """All that may be said, the account's own texts first. Raises StoreError."""
        own = await self.records.texts(account_id)
        return {
            sentence: self.texts.wording(
                sentence, language, {each.language: each for each in own if each.sentence is sentence}
            )
            for sentence in Sentence
        }
