"""Prompts, measured. Bounds are what the engines gave, with room; no voice is judged by ear."""

import asyncio
from pathlib import Path

import pytest

from engine.errors import SetupError, SpeechError, UnknownLanguage
from engine.model.languages import LANGUAGES
from engine.ports import Speech
from tests.unit.tts.listening import difference, listen
from tts.cache import PromptCache
from tts.choosing import voice_table
from tts.synthesizer import SpeechService
from tts.voices import EngineName

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.processes]

# Seen: 0.00 to 0.07 for one voice twice, 0.31 to 0.71 for two languages.
SAME_VOICE = 0.15
OTHER_VOICE = 0.2

TEN_WORDS = {
    "nl": "Goedemorgen, u spreekt met de klantenservice, kies nu een nummer.",
    "fr": "Bonjour et bienvenue au service client, veuillez choisir un numéro.",
    "de": "Guten Morgen, hier ist der Kundendienst, bitte wählen Sie jetzt.",
    "en": "Good morning, this is the service desk, please choose a number.",
}


@pytest.mark.parametrize("rate_hz", [8000, 16000])
@pytest.mark.parametrize("language", sorted(tag for tag in LANGUAGES if tag[:2] in TEN_WORDS))
async def test_a_prompt_has_the_format_level_and_length_of_speech(
    speech: SpeechService, language: str, rate_hz: int
) -> None:
    text = TEN_WORDS[language[:2]]

    sound = listen(await speech.render(Speech(text, language), rate_hz=rate_hz))

    assert (sound.rate_hz, sound.channels, sound.subtype) == (rate_hz, 1, "PCM_16")
    assert 0.6 < sound.seconds / (len(text.split()) / 130 * 60) < 1.5
    assert sound.level_dbov == pytest.approx(-23.0, abs=0.5)
    assert sound.peak_dbfs <= -3.0
    assert sound.share_of_energy(120, 3400) > 0.8
    assert 0.6 < sound.active_share < 0.97


async def test_different_languages_sound_different_and_the_same_sounds_the_same(
    speech: SpeechService,
) -> None:
    text = "Station 12, Amsterdam, Paris, Berlin, London."
    sounds = {
        language: listen(await speech.render(Speech(text, language), rate_hz=8000))
        for language in ("nl-NL", "nl-BE", "fr-FR", "de-DE", "en-US")
    }

    assert difference(sounds["nl-NL"], sounds["nl-BE"]) < SAME_VOICE
    for one, other in (("nl-NL", "de-DE"), ("nl-NL", "en-US"), ("de-DE", "en-US"), ("nl-NL", "fr-FR")):
        assert difference(sounds[one], sounds[other]) > OTHER_VOICE, (one, other)


async def test_fifty_prompts_in_alternating_rates_each_have_their_own_rate(speech: SpeechService) -> None:
    lengths: dict[int, list[float]] = {100: [], 200: []}

    for turn in range(25):
        for rate, seconds in lengths.items():
            prompt = Speech(f"Number {turn}: one two three four five six seven eight.", "en-GB", rate=rate)
            seconds.append(listen(await speech.render(prompt, rate_hz=8000)).seconds)

    assert min(lengths[100]) > 1.4 * max(lengths[200])


@pytest.mark.parametrize("voice", ["gmw/nl+f2", "gmw/nl+m3"])
async def test_a_variant_is_another_speaker(speech: SpeechService, voice: str) -> None:
    usual = listen(await speech.render(Speech(TEN_WORDS["nl"], "nl-NL"), rate_hz=8000))

    other = listen(await speech.render(Speech(TEN_WORDS["nl"], "nl-NL", voice=voice), rate_hz=8000))

    assert difference(usual, other) > OTHER_VOICE


@pytest.mark.parametrize("voice", ["nl-nl", "gmw/de", "gmw/nl+f9", "gmw/nl+", "mb/mb-nl2", "klaas", ""])
async def test_a_wrong_voice_is_an_error_and_never_another_voice(speech: SpeechService, voice: str) -> None:
    with pytest.raises(SpeechError, match=r"No voice '.*' speaks nl-NL.*gmw/nl"):
        await speech.render(Speech("Hallo", "nl-NL", voice=voice), rate_hz=8000)


async def test_an_unknown_language_is_an_error_that_lists_the_known_ones(speech: SpeechService) -> None:
    with pytest.raises(UnknownLanguage, match=r"'ja-JP'.*de-AT.*nl-NL"):
        await speech.render(Speech("Hallo", "ja-JP"), rate_hz=8000)


@pytest.mark.parametrize("text", ["", "   ", "?!…", "\ud800 hallo", "\x01\x02", "a" * 20_001])
async def test_text_that_cannot_be_said_is_an_error(speech: SpeechService, text: str) -> None:
    with pytest.raises(SpeechError):
        await speech.render(Speech(text, "nl-NL"), rate_hz=8000)


@pytest.mark.parametrize("rate", [0, 79, 451])
async def test_a_rate_outside_the_bounds_is_an_error(speech: SpeechService, rate: int) -> None:
    with pytest.raises(SpeechError, match="80 to 450"):
        await speech.render(Speech("Hallo", "nl-NL", rate=rate), rate_hz=8000)


async def test_a_sample_rate_that_no_bridge_has_is_an_error(speech: SpeechService) -> None:
    with pytest.raises(SpeechError, match="11025 Hz"):
        await speech.render(Speech("Hallo", "nl-NL"), rate_hz=11025)


async def test_text_of_many_sentences_is_said_whole(speech: SpeechService) -> None:
    sentence = "Dit is een zin van acht woorden lang. "

    sound = listen(await speech.render(Speech(sentence * 200, "nl-NL", rate=300), rate_hz=8000))

    one = listen(await speech.render(Speech(sentence, "nl-NL", rate=300), rate_hz=8000))
    assert sound.seconds == pytest.approx(200 * one.seconds, rel=0.3)


async def test_a_break_lasts_as_long_as_it_says(speech: SpeechService) -> None:
    document = '<speak>Eerste deel <break time="1500ms"/> tweede deel</speak>'

    sound = listen(await speech.render(Speech(document, "nl-NL", ssml=True), rate_hz=8000))

    assert sound.longest_silence_s() == pytest.approx(1.5, abs=0.1)


async def test_slow_prosody_takes_longer(speech: SpeechService) -> None:
    text = TEN_WORDS["de"]
    slow = f'<speak><prosody rate="60%">{text}</prosody></speak>'

    plain = listen(await speech.render(Speech(text, "de-DE"), rate_hz=8000))
    slowed = listen(await speech.render(Speech(slow, "de-DE", ssml=True), rate_hz=8000))

    assert slowed.seconds > 1.25 * plain.seconds


async def test_a_language_within_the_text_is_spoken_by_its_own_voice(speech: SpeechService) -> None:
    french = listen(await speech.render(Speech(TEN_WORDS["fr"], "fr-FR"), rate_hz=8000))
    document = f'<speak><lang xml:lang="fr-FR">{TEN_WORDS["fr"]}</lang></speak>'

    within = listen(await speech.render(Speech(document, "nl-NL", ssml=True), rate_hz=8000))

    assert difference(french, within) < SAME_VOICE


async def test_the_same_prompt_is_made_once_and_at_each_rate_apart(speech: SpeechService) -> None:
    prompt = Speech("Eenmaal gemaakt, vaak gespeeld.", "nl-NL")

    first = await speech.render(prompt, rate_hz=8000)
    made = first.stat().st_ino
    again = await speech.render(Speech(prompt.text, "NL_nl"), rate_hz=8000)

    assert again == first
    assert again.stat().st_ino == made
    assert await speech.render(prompt, rate_hz=16000) != first


async def test_pico_speaks_where_it_is_chosen_and_reads_no_markup(tmp_path: Path) -> None:
    pytest.importorskip("py_nanotts")
    espeak = SpeechService.create(PromptCache(tmp_path / "a"), voice_table({"fr": ["pyttsx3"]}))
    pico = SpeechService.create(PromptCache(tmp_path / "b"), voice_table({"fr": ["pico"]}))
    try:
        plain = listen(await pico.render(Speech(TEN_WORDS["fr"], "fr-FR"), rate_hz=8000))
        usual = listen(await espeak.render(Speech(TEN_WORDS["fr"], "fr-FR"), rate_hz=8000))
        played = listen(await pico.render(Speech('Oui <play file="/x.wav"/>.', "fr-FR"), rate_hz=8000))
    finally:
        await espeak.close()
        await pico.close()

    assert difference(plain, usual) > OTHER_VOICE
    assert plain.level_dbov == pytest.approx(-23.0, abs=0.5)
    assert played.seconds > 1.0  # the words of the markup are read out, not obeyed


async def test_who_is_warm_runs_before_there_is_anything_to_say(cache: PromptCache) -> None:
    service = SpeechService.create(cache, voice_table({"nl-NL": ["pyttsx3"]}))
    try:
        await service.warm("nl-NL")
        [running] = service.pool.pids
        await service.render(Speech("Goedemorgen.", "nl-NL"), rate_hz=8000)
        assert service.pool.pids == (running,)
    finally:
        await service.close()


@pytest.mark.parametrize(("language", "voice"), [("xx-XX", None), ("nl-NL", "nobody")])
async def test_what_nobody_speaks_warms_nobody(cache: PromptCache, language: str, voice: str | None) -> None:
    service = SpeechService.create(cache)
    try:
        await service.warm(language, voice)
        assert not service.pool.pids
    finally:
        await service.close()


async def test_an_engine_that_is_not_installed_names_its_extra(cache: PromptCache) -> None:
    model = {"de-DE": Path("voice.onnx")}
    service = SpeechService.create(cache, voice_table({"de-DE": ["piper"]}, model))
    try:
        with pytest.raises(SpeechError, match=r"telefoon\[piper\]|can't be loaded"):
            await service.render(Speech("Hallo", "de-DE"), rate_hz=8000)
    finally:
        await service.close()


async def test_the_next_engine_speaks_only_where_the_operator_listed_one(cache: PromptCache) -> None:
    model = {"de-DE": Path("voice.onnx")}
    service = SpeechService.create(cache, voice_table({"de-DE": ["piper", "pyttsx3"]}, model))
    try:
        path = await service.render(Speech("Hallo", "de-DE"), rate_hz=8000)
    finally:
        await service.close()

    assert path.exists()


@pytest.mark.parametrize(
    ("engines", "message"),
    [
        ({"nl-NL": ["festival"]}, "festival.*pyttsx3, pico, hibari, mbrola, piper, server"),
        ({"nl-NL": ["pico"]}, "pico has no voice for nl-NL"),
        ({"fr-BE": ["hibari"]}, "hibari has no voice for fr-BE"),
        ({"nl-NL": ["piper"]}, "tts_piper_voices"),
        ({"nl-NL": ["server"]}, "server has no voice for nl-NL.*tts_servers"),
        ({"es-AR": ["pyttsx3"]}, "'es-AR' is not a language"),
        ({"nl-NL": []}, "no engine for nl-NL"),
    ],
)
async def test_a_wrong_setting_is_refused_at_the_start(engines: dict[str, list[str]], message: str) -> None:
    with pytest.raises(SetupError, match=message):
        voice_table(engines)


async def test_a_wrong_choice_of_library_is_refused(cache: PromptCache) -> None:
    with pytest.raises(SetupError, match="auto, system and loader"):
        SpeechService.create(cache, espeak="mine")


async def test_the_check_reports_each_language(speech: SpeechService) -> None:
    checks = await speech.check()

    assert {check.language for check in checks} == LANGUAGES == speech.languages()
    assert all(check.ok for check in checks), checks


@pytest.mark.parametrize(
    ("language", "engine"),
    [("nl-BE", "pyttsx3"), ("fr-FR", "pico"), ("fr-BE", "pico"), ("de-CH", "pico"), ("en-IE", "hibari")],
)
async def test_the_best_voice_that_is_installed_speaks_without_a_setting(
    speech: SpeechService, language: str, engine: str
) -> None:
    assert speech.voices.order(language) == (EngineName(engine),)


async def test_an_installed_voice_that_does_not_work_gives_way_at_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The processes, like an import of their own, find a library of this name that can't be loaded.
    (tmp_path / "hibari.py").write_text("raise ImportError('no such processor')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    service = SpeechService.create(PromptCache(tmp_path / "cache"))
    try:
        checks = await service.check()
        order = service.voices.order("en-GB")
    finally:
        await service.close()

    assert order == (EngineName.PICO,)
    assert [(each.engine, each.ok) for each in checks if each.language == "en-GB"] == [
        ("hibari", False),
        ("pico", True),
    ]
    assert any("no such processor" in each.detail for each in checks)


LONG = (
    "Welcome to the museum of the city. We are open from Tuesday to Sunday. The entrance is free for children and "
    "students, and for everybody else on the first Sunday of the month. Guided tours begin at the main entrance in the "
    "morning. If you would like to speak to somebody about a visit with a group or a school, then please hold the line."
)


async def test_a_long_prompt_comes_in_pieces_that_are_together_the_whole(speech: SpeechService) -> None:
    prompt = Speech(LONG, "en-GB")

    parts = [listen(path) async for path in speech.stream(prompt, rate_hz=8000)]
    whole = listen(await speech.render(prompt, rate_hz=8000))

    assert len(parts) > 2
    assert parts[0].seconds < whole.seconds / 4
    assert sum(len(part.samples) for part in parts) == len(whole.samples)
    assert all(part.level_dbov == pytest.approx(-23.0, abs=0.5) for part in parts)


async def test_who_stops_listening_leaves_no_piece_in_the_making(speech: SpeechService) -> None:
    stream = speech.stream(Speech(LONG.replace("museum", "theatre"), "en-GB"), rate_hz=8000)
    await anext(stream)

    await stream.aclose()

    assert all(pool.idle for pool in (speech.pool, speech.neural))
    assert speech.cache._flights == {}


async def test_many_prompts_at_once_are_all_made(speech: SpeechService) -> None:
    prompts = [Speech(f"Nummer {number}.", "nl-NL") for number in range(40)]

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(speech.render(prompt, rate_hz=8000)) for prompt in prompts]

    assert len({task.result() for task in tasks}) == 40
