"""What of a call's content events and the ledger keep."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from engine.model.callback import BodyFormat
from engine.model.webhook_exchange import ExchangeKind, WebhookExchange
from engine.privacy.masking import HIDDEN_VALUE, masked
from engine.webhooks.payloads.discretion import Discretion
from engine.webhooks.payloads.events import EVENTS, EventKind, Fact
from engine.webhooks.payloads.parameters import PARAMETERS, Privacy, WebhookParameter

NOTHING = Discretion(keep_digits=False, keep_spoken_text=False, keep_webhook_bodies=False)
ALL = Discretion()
EXCHANGE = WebhookExchange(
    "WH1", "RQ1", "AC1", "CA1", ExchangeKind.DOCUMENT, datetime(2026, 11, 23, tzinfo=UTC), "POST",
    "https://customer.example/flow?caller=%2B32471234556&CallSid=CA1",
    {"CallSid": "CA1", "From": "+32471234556", "Digits": "73914", "SpeechResult": "Zebulon"}, BodyFormat.FORM, 1, 12,
    answer="<Response><Say>Zebulon</Say></Response>",
)  # fmt: skip


def _named(value: EventKind | Fact) -> str:
    return value.name


def test_by_default_an_event_tells_no_key_and_no_word() -> None:
    assert NOTHING.facts("digit", {"digit": "7"}) == {"digit": "•"}
    assert NOTHING.facts("said", {"text": "Hello Zebulon", "language": "en-GB"}) == {"text": "•", "language": "en-GB"}
    told = NOTHING.facts("prompt_failed", {"text": "Zebulon", "reason": "'Zebulon' can't be spoken"})
    assert "Zebulon" not in str(told)


def test_what_is_set_to_be_kept_is_kept() -> None:
    assert ALL.facts("digit", {"digit": "7"}) == {"digit": "7"}
    assert ALL.facts("said", {"text": "Hello Zebulon"}) == {"text": "Hello Zebulon"}


@pytest.mark.parametrize(("kind", "fact"), [(kind, fact) for kind in EVENTS for fact in kind.facts], ids=_named)
def test_of_an_event_it_is_kept_what_the_table_says(kind: EventKind, fact: Fact) -> None:
    told = NOTHING.facts(kind.name, {fact.name: "to +32471234556"})[fact.name]

    match fact.privacy:
        case Privacy.TECHNICAL:
            assert told == "to +32471234556"
        case Privacy.REASON | Privacy.PERSONAL:
            assert told == "to +3247•••••56"
        case Privacy.KEYS | Privacy.SPEECH:
            assert told == "•"


@pytest.mark.parametrize("discretion", [NOTHING, ALL])
def test_no_event_tells_a_number(discretion: Discretion) -> None:
    told = discretion.facts("dialled", {"target": "+32471234556", "also": ["sip:32471234556@10.0.0.1"], "code": 486})
    assert told == {"target": "+3247•••••56", "also": ["sip:3•••••@10.0.0.1"], "code": 486}


def test_no_event_tells_the_user_and_the_password_of_an_url() -> None:
    told = ALL.facts("played", {"url": "https://jan:geheim77@files.example/a.wav", "tried": ["http://jan@b.example"]})
    assert told == {"url": "https://files.example/a.wav", "tried": ["http://b.example"]}


def test_by_default_the_ledger_keeps_what_tells_of_the_machine() -> None:
    kept = NOTHING.exchange(EXCHANGE)
    assert kept.form == {"CallSid": "CA1", "From": HIDDEN_VALUE, "Digits": HIDDEN_VALUE, "SpeechResult": HIDDEN_VALUE}
    assert kept.url == f"https://customer.example/flow?caller={HIDDEN_VALUE}&CallSid=CA1"
    assert kept.answer == ""


@pytest.mark.parametrize("parameter", PARAMETERS, ids=lambda parameter: parameter.name)
def test_by_default_the_ledger_hides_a_parameter_unless_it_is_technical(parameter: WebhookParameter) -> None:
    kept = NOTHING.exchange(replace(EXCHANGE, form={parameter.name: "value"})).form[parameter.name]

    assert kept == ("value" if parameter.privacy in (Privacy.TECHNICAL, Privacy.REASON) else HIDDEN_VALUE)


def test_by_default_the_ledger_hides_a_parameter_that_nobody_knows() -> None:
    assert NOTHING.exchange(replace(EXCHANGE, form={"Unheard": "value"})).form == {"Unheard": HIDDEN_VALUE}


def test_a_reason_in_the_ledger_tells_neither_a_number_nor_a_querys_value() -> None:
    reason = "https://customer.example/a.wav?caller=%2B32471234556 answered 404 to +32471234556"
    told = replace(EXCHANGE, form={"ErrorMessage": reason})

    shortened = f"https://customer.example/a.wav?caller={HIDDEN_VALUE} answered 404 to +3247•••••56"
    assert NOTHING.exchange(told).form == {"ErrorMessage": shortened}
    assert ALL.exchange(told).form == {"ErrorMessage": reason}


def test_bodies_may_be_kept_without_keys_and_words() -> None:
    kept = Discretion(keep_digits=False, keep_spoken_text=False).exchange(EXCHANGE)
    assert kept.form == {"CallSid": "CA1", "From": "+32471234556", "Digits": HIDDEN_VALUE, "SpeechResult": HIDDEN_VALUE}


@pytest.mark.parametrize(
    "answer",
    [
        '<Dial><Conference pin="8642" beep="true">x</Conference></Dial>',
        "<Dial><Conference moderatorPin='8642'>x</Conference></Dial>",
        '<Dial><Sip username="u" password="s8642">sip:a@b</Sip></Dial>',
        '[{"verb": "dial", "to": [{"conference": "x", "moderator_pin": "8642"}]}]',
        '[{"verb": "dial", "to": [{"sip": "a", "password":"8642 and cut o',
        '<Redirect>https://user:8642@customer.example/</Redirect>',
    ],
)  # fmt: skip
def test_pins_and_passwords_of_an_answer_are_never_kept(answer: str) -> None:
    kept = ALL.exchange(replace(EXCHANGE, answer=answer)).answer
    assert "8642" not in kept
    assert HIDDEN_VALUE in kept


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("to +32471234556 now", "to +3247•••••56 now"),
        ("the shortest is +1234567", "the shortest is +1234•••••67"),
        ("sip:ann@example.com", "sip:a•••••@example.com"),
        ("to 0032471234556", "to 0032•••••56"),
        ("from 32471234556.", "from 3247•••••56."),
        ("?to=%2B32471234556", "?to=%2B3247•••••56"),
        ("CA0191f5c2a3b4c5d6e7f8091a2b3c4d5e", "CA0191f5c2a3b4c5d6e7f8091a2b3c4d5e"),
        ("2026-11-23T12:00:00.123456Z in 12345678 ms", "2026-11-23T12:00:00.123456Z in 12345678 ms"),
    ],
)
def test_numbers_in_a_text_are_masked(text: str, shown: str) -> None:
    assert masked(text) == shown
