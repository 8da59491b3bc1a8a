"""Consent to be recorded: policies as data (`policy`), their decisions (`decision`), texts and records.

Defaults by country are in `engine.consent.countries`, which needs the plans of all telephone numbers.
"""

from engine.consent.decision import AGREE, REFUSE, WITHDRAW, Answer, Consent, Decision, Leg, asserted, decide, withdrawn
from engine.consent.policy import ASSERTED, Ask, Choice, Policy, Withdrawal, asked_of, faults
from engine.consent.record import ConsentRecord, Given, How
from engine.consent.wording import OwnText, Sentence, Texts, Wording, load_texts

__all__ = [
    "AGREE",
    "ASSERTED",
    "REFUSE",
    "WITHDRAW",
    "Answer",
    "Ask",
    "Choice",
    "Consent",
    "ConsentRecord",
    "Decision",
    "Given",
    "How",
    "Leg",
    "OwnText",
    "Policy",
    "Sentence",
    "Texts",
    "Withdrawal",
    "Wording",
    "asked_of",
    "asserted",
    "decide",
    "faults",
    "load_texts",
    "withdrawn",
]
