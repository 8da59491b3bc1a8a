"""Consent to be recorded: policies as data (`policy`), their decisions (`decision`), countries, texts and records."""

from engine.consent.countries import Countries, load_countries
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
    "Countries",
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
    "load_countries",
    "load_texts",
    "withdrawn",
]
