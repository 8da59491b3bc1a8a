"""A caller from Asterisk who speaks, sounds a tone and presses keys when a test says so."""

import asyncio
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from tests.peers.asterisk import Asterisk
from tests.peers.audio import Sound, sounding_s
from tests.peers.platform import NUMBER
from tests.peers.waiting import eventually, within

_ANSWERS_WITHIN_S: Final = 30
_LOOK_AGAIN_S: Final = 0.1
_RATE_HZ: Final = 8000
_WAV_HEADER_BYTES: Final = 44
ACTING: Final = {
    "modules.conf": "load = app_playback.so\n",
    "extensions.conf": """
; What a caller does when it is told to: the channel's variable WHAT says which sound, tone or keys.
[acting]
exten => waits,1,Gosub(listen,s,1(caller))
 same => n,Wait(600)

exten => says,1,Playback(${HEARD}/${WHAT})
 same => n,Wait(600)

exten => sounds,1,PlayTones(${WHAT})
 same => n,Wait(600)

exten => hushes,1,StopPlayTones()
 same => n,Wait(600)

exten => presses,1,SendDTMF(${WHAT},250,100)
 same => n,Wait(600)
""",
}
"""What is added to the files of an Asterisk whose callers act."""


@dataclass(slots=True)
class AsteriskCaller:
    """The one caller of an Asterisk that has ACTING. Between what it does it sends no packets, as Asterisk does."""

    network: Asterisk
    channel: str
    said: int = 0

    @classmethod
    async def calling(cls, network: Asterisk, number: str = NUMBER) -> Self:
        """Call a number of the platform; it has answered when this returns."""
        await network.originate("telefoon", number, "waits@acting")
        async with within(_ANSWERS_WITHIN_S):
            while (channel := _waiting_in(await network.cli("core show channels concise"))) is None:
                await asyncio.sleep(_LOOK_AGAIN_S)
        return cls(network, channel)

    async def says(self, sound: Sound) -> None:
        """Begin to say it, in place of what was being said or sounded."""
        self.said += 1
        name = f"said-{self.said}"
        sound.at_rate(_RATE_HZ).save(self.network.folder / f"{name}.wav")
        await self._does("says", name)

    async def sounds(self, hz: int) -> None:
        """Sound a tone from now on."""
        await self._does("sounds", str(hz))

    async def hushes(self) -> None:
        """Say and sound nothing."""
        await self._does("hushes")

    async def presses(self, keys: str) -> None:
        """Press keys, each for 100 ms; a tone stops."""
        await self._does("presses", keys)

    def heard_so_far(self) -> Sound:
        """What it has heard; the last second may be missing, since Asterisk writes now and then."""
        kept = self.network.folder / "heard-caller.part.wav"
        coded = kept.read_bytes()[_WAV_HEADER_BYTES:] if kept.exists() else b""
        return Sound.of_pcm(np.frombuffer(coded[: len(coded) // 2 * 2], np.dtype("<i2")), _RATE_HZ)

    async def hears_sound(self, *, seconds: float, within_s: float) -> None:
        """Wait until it has heard sound, whatever it is, for so many seconds more."""
        before_s = self.heard_so_far().seconds
        await eventually(
            lambda: sounding_s(self.heard_so_far().part(before_s)) >= seconds,
            within_s=within_s,
            otherwise=lambda: f"{seconds:g} s of sound; of {self.heard_so_far().seconds:.1f} s until {before_s:.1f} s",
        )

    async def heard(self) -> Sound:
        """All that it has heard, once its call is over."""
        return await self.network.heard("caller")

    async def hangs_up(self) -> None:
        """End its call."""
        await self.network.cli(f"channel request hangup {self.channel}")

    async def _does(self, extension: str, what: str = "") -> None:
        await self.network.cli(f"dialplan set chanvar {self.channel} WHAT {what or '-'}")
        answer = await self.network.cli(f"channel redirect {self.channel} acting,{extension},1")
        assert "successfully redirected" in answer, f"{answer}; {self.network.log()[-2000:]}"


def _waiting_in(listed: str) -> str | None:
    """The channel of who has been answered, of Asterisk's list of channels."""
    parts = (line.split("!") for line in listed.splitlines())
    return next((part[0] for part in parts if part[1:3] == ["acting", "waits"] and part[4:6] == ["Up", "Wait"]), None)
