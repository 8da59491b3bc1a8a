"""`make run`, from its first line to Ctrl-C."""

import asyncio
import os
import re
import signal
import sys
from pathlib import Path

import pytest

from api.demo.flow import PROMPT, THANKS
from tests.peers.audio import Sound, contains
from tests.peers.waiting import within

pytestmark = [pytest.mark.sip, pytest.mark.slow]

TOLD = ["queued", "ringing", "in-progress", PROMPT, "key 4", "key 2", THANKS, "closed", "completed", "price:"]


async def line_with(process: asyncio.subprocess.Process, text: str, story: list[str]) -> str:
    assert process.stdout is not None
    async with within(90):
        async for line in process.stdout:
            story.append(line.decode().rstrip())
            if text in story[-1]:
                return story[-1]
    raise AssertionError(f"the demonstration ended without {text!r}: {story}")


async def run(*command: str, environment: dict[str, str] | None = None) -> str:
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env=environment
    )
    output, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    return output.decode()


async def test_the_demonstration_tells_one_real_call_and_keeps_serving_until_it_is_stopped(tmp_path: Path) -> None:
    # With PYTHONUNBUFFERED, C does not buffer either, and what it would say too late is not seen.
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    outside = {name: value for name, value in kept.items() if not name.startswith("TELEFOON_")}
    environment = {**outside, "TELEFOON_DATA_DIR": str(tmp_path / "var"), "TELEFOON_RTP_PORTS": "14100-14300"}
    story: list[str] = []
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "api.cli", "demo"),
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=tmp_path,
    )
    try:
        curl = await line_with(process, "curl -X POST", story)
        placed_again = await run("bash", "-c", curl)
        docs = await run("curl", "-s", next(line for line in story if "/docs" in line).split()[-1])
        await line_with(process, "Ctrl-C", story)
        wav = tmp_path / "recording.wav"
        url, key = (re.search(each, "\n".join(story)) for each in (r"recording: (http\S+)", r"X-API-Key: (\w+)"))
        assert url is not None
        assert key is not None
        await run("curl", "-s", "-o", str(wav), "-H", f"X-API-Key: {key[1]}", url[1])
    finally:
        process.send_signal(signal.SIGINT)
        async with within(30):
            code = await process.wait()
            assert process.stdout is not None
            farewell = (await process.stdout.read()).decode().strip()

    text = "\n".join(story)
    assert [each for each in TOLD if each not in text] == [], text
    places = [text.index(each) for each in TOLD]
    assert places == sorted(places), text
    assert '"status": "queued"' in placed_again
    assert "<h1>Telefoon Voice API</h1>" in docs
    assert code == 0
    assert "Stopping." in farewell.splitlines()

    found = re.search(r"recording: \S+ \((\d+\.\d) s, 2 channels\)", text)
    assert found is not None, text
    recording = Sound.of_file(wav, channel=0)
    assert abs(recording.seconds - float(found[1])) < 0.1
    spoken = tmp_path / "prompt.wav"
    # From the demonstration's own cache: rendered again, the same words differ in the phase of every sound.
    say = (sys.executable, "-m", "api.cli", "say", PROMPT, "--language", "en-GB", "-o", str(spoken))
    await run(*say, environment=environment)
    prompt = Sound.of_file(spoken)
    match = contains(recording, prompt)
    assert match.score > 0.9
    there = recording.part(match.offset_s, match.offset_s + prompt.seconds)
    assert abs(there.level_dbov - prompt.level_dbov) < 1.5
    (sealed,) = (tmp_path / "var" / "recordings").iterdir()
    assert sealed.stat().st_mode & 0o077 == 0
