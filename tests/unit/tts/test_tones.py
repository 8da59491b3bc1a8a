"""Tones of the network: frequency, cadence and level (ITU-T E.180 and its national variants)."""

import numpy as np
import pytest

from engine.errors import MediaError
from tests.unit.tts.listening import Sound, listen
from tts.cache import PromptCache
from tts.tone_service import ToneService
from tts.tones import COUNTRIES, ToneKind, period, tone_of

EIGHT_KHZ = 8000


@pytest.mark.parametrize(
    ("country", "hz", "on_s", "period_s"),
    [
        ("be", 425, 1.0, 4.0),
        ("nl", 425, 1.0, 5.0),
        ("de", 425, 1.0, 5.0),
        ("fr", 440, 1.5, 5.0),
        ("at", 420, 1.0, 6.0),
        ("ch", 425, 1.0, 5.0),
        ("zz", 425, 1.0, 5.0),
    ],
)
async def test_ringback_is_the_country_s(
    cache: PromptCache, country: str, hz: float, on_s: float, period_s: float
) -> None:
    sound = listen(await ToneService(cache).ringback(country, rate_hz=EIGHT_KHZ))

    assert sound.seconds == pytest.approx(period_s, abs=0.001)
    assert sound.loudest_hz == pytest.approx(hz, abs=1)
    assert sound.active_share * period_s == pytest.approx(on_s, abs=0.04)


async def test_british_ringback_rings_twice_with_two_frequencies(cache: PromptCache) -> None:
    sound = listen(await ToneService(cache).ringback("GB", rate_hz=EIGHT_KHZ))

    assert sound.seconds == pytest.approx(3.0, abs=0.001)
    assert sound.share_of_energy(395, 405) == pytest.approx(0.5, abs=0.1)
    assert sound.share_of_energy(445, 455) == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize("kind", list(ToneKind))
@pytest.mark.parametrize("country", [*COUNTRIES, "pt"])
def test_every_tone_loops_without_a_click_at_the_level_of_e180(country: str, kind: ToneKind) -> None:
    tone = tone_of(kind, country)

    samples = period(tone, EIGHT_KHZ)

    first_on = samples[200 : round(tone.cadence_s[0] * EIGHT_KHZ) - 200]
    sounding = Sound(first_on, EIGHT_KHZ, 1, "")
    assert sounding.rms_dbov == pytest.approx(-16.0, abs=0.6)
    assert abs(float(samples[0]) - float(samples[-1])) < 0.01
    assert len(samples) == pytest.approx(sum(tone.cadence_s) * EIGHT_KHZ, abs=6)


@pytest.mark.parametrize("country", ["", "b", "bel", "1a", "ß"])
async def test_what_is_no_country_is_refused(cache: PromptCache, country: str) -> None:
    with pytest.raises(MediaError, match="two letters"):
        await ToneService(cache).ringback(country, rate_hz=EIGHT_KHZ)


async def test_the_beep_is_short_and_at_one_kilohertz(cache: PromptCache) -> None:
    sound = listen(await ToneService(cache).beep(rate_hz=16000))

    assert (sound.rate_hz, sound.channels, sound.subtype) == (16000, 1, "PCM_16")
    assert sound.seconds == pytest.approx(0.4)
    assert sound.loudest_hz == pytest.approx(1000, abs=3)


async def test_hold_music_loops_and_stays_under_speech(cache: PromptCache) -> None:
    service = ToneService(cache)

    path = await service.hold_music(rate_hz=EIGHT_KHZ)

    sound = listen(path)
    steps = np.abs(np.diff(sound.samples))
    assert sound.seconds == pytest.approx(32.0)
    assert sound.rms_dbov == pytest.approx(-26.0, abs=0.1)
    assert sound.peak_dbfs < -6
    assert sound.share_of_energy(100, 3400) > 0.9
    assert abs(float(sound.samples[0] - sound.samples[-1])) <= steps.max()
    assert await service.hold_music(rate_hz=EIGHT_KHZ) == path
