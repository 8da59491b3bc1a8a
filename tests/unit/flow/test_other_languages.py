"""A document that asks for a language that we do not speak: it is heard all the same, and somebody is told."""

import pytest

from engine.flow.diagnostics import Report
from engine.flow.parse import parse
from engine.flow.plans import QueueEntry, RoomOutcome, RoomPlan
from engine.flow.write import to_json
from engine.ports import Speech
from tests.unit.flow.noted_actions import NotedActions
from tests.unit.flow.performing import next_after


@pytest.mark.parametrize(
    ("attributes", "asked", "spoken"),
    [
        ("language='ja-JP'", "ja-JP", "nl-BE"),
        ("language='xx'", "xx", "nl-BE"),
        ("language='ca-ES'", "ca-ES", "es-ES"),
        ("voice='Polly.Mizuki'", "ja-JP", "nl-BE"),
        ("voice='Polly.Arlet'", "ca-ES", "es-ES"),
        ("voice='ja-JP-NanamiNeural'", "ja-JP", "nl-BE"),
        ("voice='Polly.Lotte' language='ja-JP'", "ja-JP", "nl-BE"),
        ("voice='gmw/nl+f2' language='ja-JP'", "ja-JP", "nl-BE"),
    ],
)
async def test_a_prompt_is_spoken_by_the_nearest_language_and_it_is_noted(
    attributes: str, asked: str, spoken: str
) -> None:
    actions = NotedActions(language="nl-BE")

    await next_after(f"<Say {attributes} loop='2'>Hi</Say>", actions)

    remark = f"{asked} is not a language that we speak; {spoken} takes its place."
    assert actions.asked == [
        ("note", "spoken_otherwise", {"language": asked, "reason": remark}),
        ("say", Speech("Hi", spoken)),
        ("say", Speech("Hi", spoken)),
    ]


@pytest.mark.parametrize(
    ("attributes", "spoken"),
    [
        ("language='es-AR'", "es-MX"),
        ("language='no'", "nb-NO"),
        ("language=''", "nl-BE"),
        ("voice='Polly.Nicole'", "en-GB"),
        ("voice='Polly.Zofia'", "nl-BE"),
        ("voice='pl-PL-ZofiaNeural'", "pl-PL"),
        ("voice='Google.uk-UA-Wavenet-A'", "uk-UA"),
    ],
)
async def test_a_language_of_ours_is_spoken_without_a_word_about_it(attributes: str, spoken: str) -> None:
    actions = NotedActions(language="nl-BE")

    await next_after(f"<Say {attributes}>Hi</Say>", actions)

    assert actions.asked == [("say", Speech("Hi", spoken))]


async def test_a_conference_speaks_the_nearest_language() -> None:
    actions = NotedActions(join=RoomOutcome("CF1", QueueEntry.ENTERED))

    await next_after("<Dial><Conference language='nn'>Room</Conference></Dial>", actions)

    [plan] = actions.asked_to("join")
    assert isinstance(plan, RoomPlan)
    assert plan.options.language == "nb-NO"


@pytest.mark.parametrize(
    ("element", "attribute", "detail"),
    [
        ("<Say language='ja-JP'>x</Say>", "language", "ja-JP is not a language that we speak; the call's language"),
        ("<Say language='ca'>x</Say>", "language", "ca is not a language that we speak; es-ES takes its place"),
        ("<Say voice='Polly.Mizuki'>x</Say>", "voice", "ja-JP is not a language that we speak; the call's language"),
        ("<Gather input='speech' language='xx'/>", "language", "xx is not a language that we speak"),
    ],
)  # fmt: skip
def test_a_check_of_the_flow_remarks_on_it_and_finds_no_fault(element: str, attribute: str, detail: str) -> None:
    report = Report()

    parse(f"<Response>{element}</Response>", findings=report.findings())

    assert report.faults == []
    assert [detail in remark.detail for remark in report.remarks if remark.attribute == attribute].count(True) == 1


def test_a_check_says_nothing_of_a_region_without_a_voice_of_its_own() -> None:
    report = Report()

    parse("<Response><Say language='en-AU'>x</Say></Response>", findings=report.findings())

    assert report.remarks == []


def test_in_the_json_spelling_stands_what_would_be_spoken() -> None:
    document = parse("<Response><Say language='ca'>a</Say><Say language='ja'>b</Say></Response>")

    assert to_json(document) == [{"verb": "say", "text": "a", "language": "es-ES"}, {"verb": "say", "text": "b"}]
