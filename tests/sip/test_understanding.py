"""What a caller says on the telephone becomes text: from RTP over the bridge to the recogniser."""

from contextlib import aclosing
from importlib.util import find_spec
from pathlib import Path

import pytest

from engine.ports import Answered, MediaChanged, Said, Speech
from engine.ports.recognition import SpeechBegan, SpeechPaused, Transcript
from tests.peers.audio import Sound
from tests.peers.ear import RtpEar
from tests.peers.ports import Ports
from tests.peers.scenario import gets_bye, is_called, scenario
from tests.peers.sipp import sipp
from tests.peers.waiting import within
from tests.sip.conftest import Line, dial
from tts.cache import PromptCache
from tts.recognition.readers import Readers
from tts.recognition.recognizer import WhisperRecognizer
from tts.synthesizer import SpeechService

pytestmark = [
    pytest.mark.sip,
    pytest.mark.skipif(find_spec("ctranslate2") is None, reason="the extra `speech` is not installed"),
]

SENTENCE = "I would like to speak with somebody about my invoice."


@pytest.mark.alone("a reading that takes over 20 s by the clock is given up")
async def test_a_caller_is_understood_once_it_falls_silent(
    line: Line, ports: Ports, ear: RtpEar, tmp_path: Path
) -> None:
    voices = SpeechService.create(PromptCache(tmp_path / "prompts"), workers=1)
    sentence = Sound.of_file(await voices.render(Speech(SENTENCE, "en-GB"), rate_hz=8000))
    await voices.close()
    recognizer = WhisperRecognizer(Readers.begun(tmp_path / "recognizer", threads=2))
    await recognizer.check()
    bridge = line.agent.bridge
    async with sipp(scenario(is_called(), gets_bye()), ports, keys={"ear": ear.port}) as far_end:
        call = await dial(line, far_end.port)
        await call.sees(Answered)
        await call.sees(MediaChanged)
        ear.follow((await far_end.gets("INVITE")).sdp)

        async with bridge.listen(Said(call.leg.id)) as pcm:
            ear.say(sentence)
            results = []
            async with (
                within(30),
                aclosing(recognizer.listen(pcm, language="en", rate_hz=bridge.rate_hz)) as understood,
            ):
                async for each in understood:
                    results.append(each)  # noqa: PERF401 - that it ends by itself is what is tested

        await call.leg.hang_up()
        await call.ends()
    await recognizer.close()

    transcript = results[-1]
    assert isinstance(transcript, Transcript)
    assert {"speak", "about", "my"} <= set(transcript.text.lower().rstrip(".").split()), transcript
    assert results[0] == SpeechBegan()
    assert SpeechPaused() in results, "it was not read before the silence was over"
