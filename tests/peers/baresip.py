"""baresip as a telephone: it sounds a tone, keeps what it hears, and does what it is told over a socket."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from scripts.baresip import BARESIP, LIBRARIES, MODULES, PROGRAM
from scripts.progress import Progress
from tests.peers.audio import Sound, joined, tone
from tests.peers.certificates import Pems
from tests.peers.ports import Ports
from tests.peers.waiting import eventually, within

_LOADED: Final = (
    "g711", "g722", "opus", "aufile", "sndfile", "srtp", "dtls_srtp", "uuid", "account", "menu", "ctrl_tcp"
)  # fmt: skip
_RATE_HZ: Final = {"PCMA": 8000, "PCMU": 8000, "G722": 16000, "opus": 48000}
_RTP_PORTS: Final = 20
_TONE_S: Final = 120
_START_S: Final = 15.0
_ANSWER_S: Final = 5.0
_STOP_S: Final = 10.0

Event = Mapping[str, Any]


@dataclass(slots=True)
class Baresip:
    """A running one. `port` of `host` is where it takes UDP and TCP, the one above takes TLS."""

    host: str
    port: int
    folder: Path
    events: list[Event] = field(default_factory=list)
    """All that it has told, in order."""
    answers: list[Event] = field(default_factory=list)
    _writer: asyncio.StreamWriter | None = None

    @property
    def tls_port(self) -> int:
        return self.port + 1

    async def does(self, command: str, parameters: str = "") -> str:
        """What it answers to a command of its menu, such as `dial` or `hold`."""
        assert self._writer is not None, "it is not connected"
        before = len(self.answers)
        text = json.dumps({"command": command, "params": parameters}).encode()
        self._writer.write(b"%d:%s," % (len(text), text))
        answer = await eventually(
            lambda: self.answers[before] if len(self.answers) > before else None,
            within_s=_ANSWER_S,
            otherwise=lambda: f"an answer to {command}",
        )
        assert answer["ok"], f"{command} {parameters}: {answer}"
        return str(answer["data"])

    async def sees(self, kind: str, *, times: int = 1, within_s: float = 10.0) -> Event:
        """The event of this kind that came as number `times`."""
        return await eventually(
            lambda: found[times - 1] if len(found := self.of_kind(kind)) >= times else None,
            within_s=within_s,
            otherwise=lambda: f"{kind} number {times}; it told {[each['type'] for each in self.events]}",
        )

    def of_kind(self, kind: str) -> list[Event]:
        """Its events of a kind so far."""
        return [each for each in self.events if each["type"] == kind]

    async def heard(self) -> Sound:
        """What it has heard in calls that are over. It begins a file at each change, and keeps one a second."""
        files = await eventually(
            lambda: sorted(self.folder.glob("dump-*-dec.wav")) or None,
            within_s=_ANSWER_S,
            otherwise=lambda: "a file of what it heard",
        )
        return joined(*(Sound.of_file(each) for each in files))

    def log(self) -> str:
        """What it has written so far."""
        return (self.folder / "baresip.log").read_text(errors="replace")

    async def attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Keep what it tells, each a netstring with an object of JSON in it, until it ends."""
        self._writer = writer
        while size := (await reader.readuntil(b":"))[:-1]:
            told = json.loads(await reader.readexactly(int(size)))
            await reader.readexactly(1)
            (self.answers if told.get("response") else self.events).append(told)


@asynccontextmanager
async def baresip(
    folder: Path, ports: Ports, user: str, *, codec: str, tone_hz: float, parameters: str = "",
    transport: str = "udp", host: str = "127.0.0.1", port: int | None = None, pems: Pems | None = None,
    modules: Sequence[str] = (),
) -> AsyncIterator[Baresip]:  # fmt: skip
    """A baresip that answers calls to one user, speaks one codec and sounds a tone, in a folder of its own.

    `parameters` are more of its account, such as `;mediaenc=srtp-mand`; `modules` are more that it loads.
    """
    folder.mkdir()
    one, control = Baresip(host, port or ports.block(2), folder), ports.one()
    root = await asyncio.to_thread(BARESIP.made, Progress())
    rate_hz = _RATE_HZ[codec]
    tone(tone_hz, _TONE_S, rate_hz=rate_hz).save(folder / "tone.wav")
    (folder / "config").write_text(_config(one, root, control, ports.block(_RTP_PORTS), rate_hz, pems, modules))
    uri = f"sip:{user}@{host}:{one.port};transport={transport}"
    (folder / "accounts").write_text(f"<{uri}>;regint=0;answermode=auto;audio_codecs={codec}/{rate_hz}/1{parameters}\n")
    (folder / "contacts").touch()
    with (folder / "baresip.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *("setpriv", "--pdeathsig", "KILL", root / PROGRAM, "-4", "-s", "-f", folder),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={**os.environ, "LD_LIBRARY_PATH": str(next(root.glob(str(LIBRARIES))).parent)},
            start_new_session=True,
        )
    attending: asyncio.Task[None] | None = None
    try:
        await eventually(
            lambda: process.returncode is not None or "baresip is ready" in one.log(),
            within_s=_START_S,
            otherwise=one.log,
        )
        assert process.returncode is None, one.log()
        reader, writer = await asyncio.open_connection("127.0.0.1", control)
        attending = asyncio.create_task(one.attend(reader, writer))
        await asyncio.sleep(0)
        yield one
    finally:
        if attending is not None:
            attending.cancel()
            await asyncio.wait([attending])
            writer.close()
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
            async with within(_STOP_S):
                await process.wait()


def _config(
    one: Baresip, root: Path, control: int, rtp: int, rate_hz: int, pems: Pems | None, modules: Sequence[str]
) -> str:
    lines = [
        f"module_path {root / MODULES}",
        *(f"module {each}.so" for each in (*modules, *_LOADED)),
        f"net_interface {one.host}",
        f"sip_listen {one.host}:{one.port}",
        f"ctrl_tcp_listen 127.0.0.1:{control}",
        f"rtp_ports {rtp}-{rtp + _RTP_PORTS - 1}",
        f"audio_source aufile,{one.folder / 'tone.wav'}",
        f"ausrc_srate {rate_hz}",
        f"snd_path {one.folder}",
        "rtp_timeout 0",
        # One voice, as telephones have it: what is told to be stereo is their sum with us.
        "opus_stereo no",
        "opus_sprop_stereo no",
    ]
    if pems is not None:
        both = one.folder / "both.pem"
        both.write_bytes(pems.certificate.read_bytes() + pems.key.read_bytes())
        lines += [f"sip_certificate {both}", f"sip_cafile {pems.ca}"]
    return "\n".join(lines) + "\n"
