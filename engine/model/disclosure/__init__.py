"""Telling people that a program speaks: policies as data (`policy`), their decision (`decision`), texts and records."""

from engine.model.disclosure.decision import Disclosure, HeardNotice, ToldLeg, disclosed
from engine.model.disclosure.policy import ANNOUNCED, DisclosureChoice, DisclosurePolicy, assertion_facts, faults
from engine.model.disclosure.record import DisclosureRecord
from engine.model.disclosure.wording import NAME, NoticeTexts, NoticeWording, OwnNotice, load_notice_texts

__all__ = [
    "ANNOUNCED",
    "NAME",
    "Disclosure",
    "DisclosureChoice",
    "DisclosurePolicy",
    "DisclosureRecord",
    "HeardNotice",
    "NoticeTexts",
    "NoticeWording",
    "OwnNotice",
    "ToldLeg",
    "assertion_facts",
    "disclosed",
    "faults",
    "load_notice_texts",
]
