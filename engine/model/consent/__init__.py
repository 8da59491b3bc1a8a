"""Consent to be recorded, streamed or written down.

Purposes (`purpose`), policies as data (`policy`), their decisions (`decision`), texts and records.

Defaults by country are in `engine.model.consent.countries`, which needs the plans of all telephone numbers.
"""

from engine.model.consent.decision import (
    AGREE,
    REFUSE,
    WITHDRAW,
    AskedLeg,
    Consent,
    ConsentAnswer,
    Decision,
    ToRecording,
    ToStreaming,
    asserted,
    decide,
    withdrawn,
)
from engine.model.consent.policy import ASSERTED, Ask, ConsentChoice, ConsentPolicy, Withdrawal, asked_of, faults
from engine.model.consent.purpose import Purpose
from engine.model.consent.record import ConsentRecord, Given, How
from engine.model.consent.request import ConsentRequest, sentences_of
from engine.model.consent.wording import (
    ABOUT,
    NAME,
    OF_RECORDING,
    OwnText,
    Sentence,
    Sentences,
    Texts,
    Wording,
    load_texts,
)

__all__ = [
    "ABOUT",
    "AGREE",
    "ASSERTED",
    "NAME",
    "OF_RECORDING",
    "REFUSE",
    "WITHDRAW",
    "Ask",
    "AskedLeg",
    "Consent",
    "ConsentAnswer",
    "ConsentChoice",
    "ConsentPolicy",
    "ConsentRecord",
    "ConsentRequest",
    "Decision",
    "Given",
    "How",
    "OwnText",
    "Purpose",
    "Sentence",
    "Sentences",
    "Texts",
    "ToRecording",
    "ToStreaming",
    "Withdrawal",
    "Wording",
    "asked_of",
    "asserted",
    "decide",
    "faults",
    "load_texts",
    "sentences_of",
    "withdrawn",
]
