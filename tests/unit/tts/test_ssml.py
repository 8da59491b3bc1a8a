"""The SSML subset (SSML 1.1): what it becomes, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import SpeechError, TelefoonError
from tts.script import Manner, ScriptUtterance, ScriptWords, Silence, from_json, to_json
from tts.ssml import of_ssml


def texts(document: str) -> list[str]:
    return [
        "".join(words.text for words in part.words).strip()
        for part in of_ssml(document, "nl-NL", None)
        if isinstance(part, ScriptUtterance)
    ]


def manner(document: str) -> Manner:
    (part,) = of_ssml(document, "nl-NL", None)
    assert isinstance(part, ScriptUtterance)
    return part.words[0].manner


def test_words_in_one_voice_flow_together() -> None:
    script = of_ssml("<speak>Dit is <emphasis>heel</emphasis> goed</speak>", "nl-NL", None)

    assert script == (
        ScriptUtterance(
            "nl-NL",
            (ScriptWords("Dit is "), ScriptWords("heel", Manner(emphasis="moderate")), ScriptWords(" goed")),
            None,
        ),
    )


def test_a_fragment_without_speak_is_taken() -> None:
    assert texts("Hallo <s>daar</s>") == ["Hallo", "daar"]


@pytest.mark.parametrize(
    ("element", "ms"),
    [
        ('<break time="500ms"/>', 500),
        ('<break time="1.5s"/>', 1500),
        ('<break strength="strong"/>', 700),
        ("<break/>", 400),
    ],
)
def test_a_break_is_a_silence(element: str, ms: int) -> None:
    assert of_ssml(f"<speak>a{element}b</speak>", "nl-NL", None)[1] == Silence(ms)


def test_a_break_of_nothing_only_parts_the_words() -> None:
    assert texts('<speak>a<break strength="none"/>b</speak>') == ["a", "b"]


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ('rate="slow"', Manner(rate=80)),
        ('rate="80%" pitch="+10%"', Manner(rate=80, pitch=110)),
        ('volume="-50%"', Manner(volume=50)),
        ('volume="silent"', Manner(volume=0)),
    ],
)
def test_prosody_is_read(attributes: str, expected: Manner) -> None:
    assert manner(f"<speak><prosody {attributes}>x</prosody></speak>") == expected


def test_nested_prosody_multiplies() -> None:
    document = '<prosody rate="50%"><prosody rate="50%">x</prosody></prosody>'

    assert manner(document).rate == 25


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ('<sub alias="World Wide Web">WWW</sub>', "World Wide Web"),
        ('<say-as interpret-as="digits">1234</say-as>', "1 2 3 4"),
        ('<say-as interpret-as="telephone">0471 12 34</say-as>', "0 4 7 1, 1 2, 3 4"),
        ('<say-as interpret-as="date">2026-11-23</say-as>', "drieëntwintig november tweeduizend zesentwintig"),
        ("Bel +32 471 12 34 56", "Bel plus 3 2, 4 7 1, 1 2, 3 4, 5 6"),
        ("Jansen &amp; &lt;Zonen&gt;", "Jansen & <Zonen>"),
        ('<w>een</w><mark name="x"/> twee', "een twee"),
    ],
)
def test_words_are_written_as_they_are_said(document: str, said: str) -> None:
    assert texts(document) == [said]


def test_characters_are_spelled() -> None:
    assert manner('<say-as interpret-as="characters">ABC</say-as>').spelled


def test_a_language_has_its_own_voice_and_the_outer_comes_back() -> None:
    script = of_ssml('<speak>ja <lang xml:lang="fr_be">oui</lang> nee</speak>', "nl-NL", "gmw/nl+f2")

    assert [(part.language, part.voice) for part in script if isinstance(part, ScriptUtterance)] == [
        ("nl-NL", "gmw/nl+f2"),
        ("fr-BE", None),
        ("nl-NL", "gmw/nl+f2"),
    ]


def test_a_voice_may_be_named() -> None:
    (part,) = of_ssml('<voice name="gmw/nl+m3">ja</voice>', "nl-NL", None)

    assert isinstance(part, ScriptUtterance)
    assert part.voice == "gmw/nl+m3"


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ('<speak>a<audio src="/etc/passwd"/></speak>', "<audio> is not allowed"),
        ('<speak><lexicon uri="http://x/"/>a</speak>', "<lexicon> is not allowed"),
        ('<speak xmlns:x="urn:x"><x:audio src="/f"/>a</speak>', "is not allowed"),
        ('<sub alias="a"><audio src="/f"/></sub>', "may hold no other element"),
        ('<!DOCTYPE speak [<!ENTITY a "b">]><speak>&a;</speak>', "no DTD"),
        ('<?xml version="1.0"?><!DOCTYPE speak SYSTEM "/etc/passwd"><speak>a</speak>', "no DTD"),
        ("<speak>&a;</speak>", "not well-formed"),
        ("<speak>a", "not well-formed"),
        ("<speak></speak>", "nothing to say"),
        ('<break time="2s"/>', "nothing to say"),
        ("a" + '<break time="10s"/>' * 7, "more than 60 seconds"),
        ("<p>" * 12 + "a" + "</p>" * 12, "nested deeper than 10"),
        ("a" * 65_537, "may have 65536"),
        ("a" * 20_001, "more than 20000 characters"),
        ("\ud800", "lone surrogate"),
    ],
)
def test_what_is_not_in_the_subset_is_an_error_that_says_so(document: str, message: str) -> None:
    with pytest.raises(SpeechError, match=message):
        of_ssml(document, "nl-NL", None)


@pytest.mark.parametrize(
    ("tag", "spoken"),
    [
        ("tlh", "nl-NL"),
        ("ja-JP", "nl-NL"),
        ("ca-ES", "es-ES"),
        ("es-AR", "es-MX"),
        ("fr-CA", "fr-FR"),
        ("de-LU", "de-DE"),
        ("en_AU", "en-GB"),
    ],
)
def test_a_language_that_nobody_speaks_is_read_by_the_nearest_voice(tag: str, spoken: str) -> None:
    (part,) = of_ssml(f'<lang xml:lang="{tag}">nuqneH</lang>', "nl-NL", None)

    assert isinstance(part, ScriptUtterance)
    assert part.language == spoken


@pytest.mark.parametrize(
    "element",
    ['<prosody pitch="tall" rate="5 %%" volume="-">', '<prosody contour="(0%,+20Hz)">', '<emphasis level="shout">'],
)
def test_a_value_that_can_not_be_read_is_lost_and_the_words_are_not(element: str) -> None:
    name = element[1:].partition(" ")[0]

    assert manner(f"{element}x</{name}>") == Manner()


@pytest.mark.parametrize(
    ("element", "ms"),
    [
        ('<break time=".5s"/>', 500),
        ('<break time="11s"/>', 11_000),
        ('<break time="1.25 s"/>', 1250),
        ('<break time="2m"/>', 400),
        ('<break time="soon" strength="strong"/>', 400),
        ('<break strength="huge"/>', 400),
        ('<break strength="X-Strong"/>', 1200),
    ],
)
def test_a_break_lasts_as_long_as_it_says(element: str, ms: int) -> None:
    assert [part.ms for part in of_ssml(f"a{element}b", "nl-NL", None) if isinstance(part, Silence)] == [ms]


def test_long_text_becomes_utterances_that_the_engines_bear() -> None:
    script = of_ssml(f"<p>{'Dit is een zin. ' * 500}</p>", "nl-NL", None)

    assert len(script) > 5
    assert all(isinstance(part, ScriptUtterance) and part.characters <= 1600 for part in script)


def test_a_script_survives_json() -> None:
    script = of_ssml('a<break/><prosody rate="50%">b</prosody>', "nl-NL", "gmw/nl")

    assert from_json(to_json(script)) == script


@given(st.text(st.sampled_from('<>/&;"= abspeakudiobr'), max_size=80))
def test_anything_gives_a_script_or_an_error_for_the_user(document: str) -> None:
    try:
        script = of_ssml(document, "nl-NL", None)
    except TelefoonError:
        return
    assert script
