"""Trunks with ICE to baresip, whose full side of it is another than aioice's: what both ends hear, also encrypted."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.model.trunk import Trunk, new_trunk
from engine.ports import Answered, DialRequest, Ear, Said
from tests.peers.audio import Sound, hears
from tests.peers.baresip import Baresip, baresip
from tests.peers.ports import Ports
from tests.peers.waiting import eventually
from tests.sip.conftest import Line, OpenLine, Watch

pytestmark = pytest.mark.sip

THEIRS = "+3225550199"
OURS = "+3225550100"
SAID_HZ = 700
PROMPT_HZ = 440
CHECKED = "ice: audio: connectivity check is complete"
HTTP = 80

both_kinds = pytest.mark.parametrize(
    ("parameters", "fields"),
    [("", {}), (";mediaenc=dtls_srtp", {"srtp": "required", "srtp_keying": "dtls"})],
    ids=["plain", "DTLS-SRTP"],
)


def own_address() -> str:
    """This machine's, for baresip takes no candidate on loopback; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect(("192.0.2.1", HTTP))
        except OSError:
            pytest.skip("this machine has no address but loopback's, where baresip speaks no ICE")
        return str(asking.getsockname()[0])


@asynccontextmanager
async def telephone(folder: Path, ports: Ports, host: str, parameters: str = "") -> AsyncIterator[Baresip]:
    async with baresip(
        folder / "phone", ports, THEIRS, codec="PCMA", tone_hz=SAID_HZ, host=host,
        parameters=f";medianat=ice{parameters}", modules=("ice", "dtls_srtp"),
    ) as phone:  # fmt: skip
        yield phone


def trunk(phone: Baresip, **fields: Any) -> Trunk:
    return new_trunk({"name": "carrier", "hosts": [f"{phone.host}:{phone.port}"], "ice": "lite", **fields})


async def both_hear(line: Line, call: Watch, phone: Baresip, prompt: Path) -> None:
    """The telephone's tone comes to us, and our prompt to the telephone; then the call is over."""
    await line.agent.bridge.play(prompt, to=[Ear(call.leg.id)], loop=True)
    recorder = await line.agent.bridge.record(tracks=[[Said(call.leg.id)]])
    said = bytearray()

    def heard_us() -> bool:
        said.extend(recorder.take())
        return hears(Sound.of_pcm(np.frombuffer(said, np.int16), line.agent.bridge.rate_hz), SAID_HZ, seconds=1)

    await eventually(heard_us, within_s=10, otherwise=lambda: f"{SAID_HZ} Hz\n{phone.log()}")
    await recorder.stop()
    recorder.close()
    await call.leg.hang_up()
    assert hears(await phone.heard(), PROMPT_HZ, seconds=0.5), phone.log()


@both_kinds
async def test_it_calls_us(
    open_line: OpenLine, ports: Ports, tmp_path: Path, prompt: Path, parameters: str, fields: dict[str, Any]
) -> None:
    host = own_address()
    async with open_line(host=host) as line, telephone(tmp_path, ports, host, parameters) as phone:
        await line.agent.use_trunks([trunk(phone, **fields)])
        await phone.does("dial", f"sip:{OURS}@{host}:{line.port}")
        leg, _ = await line.takes()
        call = Watch(leg).start()
        await leg.answer()
        await call.sees(Answered)

        await both_hear(line, call, phone, prompt)

    assert CHECKED in phone.log()


@both_kinds
async def test_it_is_called_by_us(
    open_line: OpenLine, ports: Ports, tmp_path: Path, prompt: Path, parameters: str, fields: dict[str, Any]
) -> None:
    host = own_address()
    async with open_line(host=host) as line, telephone(tmp_path, ports, host, parameters) as phone:
        await line.agent.use_trunks([trunk(phone, **fields)])
        call = Watch(await line.agent.dial(DialRequest(THEIRS, OURS, "CA1"))).start()
        await call.sees(Answered)

        await both_hear(line, call, phone, prompt)

    assert CHECKED in phone.log()
