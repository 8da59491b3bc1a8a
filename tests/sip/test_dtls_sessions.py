"""Sessions with keys by DTLS that change: hold and resume by either end, re-INVITE, refresh, and sound after each.

Asterisk, where it has no ICE, clears its association of DTLS at each offer and answer, and agrees on keys anew.
"""

import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from engine.ports import DialRequest, MediaChanged
from tests.peers.audio import hears
from tests.peers.baresip import Baresip, baresip
from tests.peers.ports import Ports
from tests.peers.raw_caller import RawCaller, raw_caller
from tests.peers.sipp import NUMBER
from tests.peers.waiting import eventually, lasting
from tests.sip.conftest import OpenLine, Watch
from tests.sip.dtls_calls import (
    OUR_HOST,
    OURS,
    PLAYED_HZ,
    SAID_HZ,
    Secured,
    answers,
    heard_at_last,
    is_refreshed,
    secured,
    talking,
    talking_to_asterisk,
)
from tests.sip.raw_calls import in_a_call

pytestmark = [pytest.mark.sip, pytest.mark.slow]

PHONE = "+3225550199"


async def the_telephone_holds(phone: Baresip, call: Secured) -> None:
    await phone.does("hold")
    await eventually(lambda: not call.media().sending, within_s=5, otherwise=lambda: "hold")
    await lasting(0.3)
    await phone.does("resume")
    await eventually(lambda: call.media().sending, within_s=5, otherwise=lambda: "its end")


async def the_telephone_re_invites(phone: Baresip, call: Secured) -> None:
    await phone.does("reinvite")
    await lasting(0.5)


async def we_hold(phone: Baresip, call: Secured) -> None:
    await call.holds()


async def we_hold_twice(phone: Baresip, call: Secured) -> None:
    await call.holds()
    await call.holds()


async def we_refresh(phone: Baresip, call: Secured) -> None:
    """By a re-INVITE, as it knows no UPDATE."""
    await is_refreshed(call.line, call.call, "INVITE")


@pytest.mark.parametrize("change", [the_telephone_holds, the_telephone_re_invites, we_hold, we_hold_twice, we_refresh])
@pytest.mark.parametrize("out", [True, False])
async def test_both_ends_hear_each_other_after_a_change(
    open_line: OpenLine, tmp_path: Path, ports: Ports, change: Any, out: bool
) -> None:
    async with (
        baresip(
            tmp_path / "phone", ports, PHONE, codec="PCMA", tone_hz=SAID_HZ, parameters=";mediaenc=dtls_srtp"
        ) as phone,
        open_line(
            trunk=secured(phone.port, hold="sendonly", session_timers="always"), trace_calls=5
        ) as line,
    ):  # fmt: skip
        if out:
            called = Watch(await line.agent.dial(DialRequest(PHONE, OURS, "CA1"))).start()
        else:
            await phone.does("dial", f"sip:{OURS}@127.0.0.1:{line.port}")
            leg, _ = await line.takes()
            called = Watch(leg).start()
            await leg.answer()
        async with talking(line, called, tmp_path) as call:
            await call.hears_the_far_end()

            await change(phone, call)

            await call.hears_the_far_end()
        heard = await phone.heard()

    assert heard_at_last(heard)


@pytest.mark.parametrize("out", [True, False])
@pytest.mark.parametrize("hold", ["sendonly", "inactive"])
async def test_asterisk_and_we_hear_each_other_after_our_hold(
    open_line: OpenLine, tmp_path: Path, ports: Ports, out: bool, hold: str
) -> None:
    async with talking_to_asterisk(open_line, tmp_path, ports, out=out, hold=hold) as call:
        await call.holds()
        await call.hears_the_far_end()
        await call.holds()


@pytest.mark.parametrize("out", [True, False])
async def test_asterisk_and_we_hear_each_other_after_its_refresh(
    open_line: OpenLine, tmp_path: Path, ports: Ports, out: bool
) -> None:
    refresher = "uas" if out else "uac"
    async with talking_to_asterisk(open_line, tmp_path, ports, out=out, session_refresher=refresher) as call:
        await is_refreshed(call.line, call.call, "INVITE", "UPDATE")


async def test_asterisk_and_we_hear_each_other_after_we_have_asked_for_one_codec_of_several(
    open_line: OpenLine, tmp_path: Path, ports: Ports
) -> None:
    several: dict[str, Any] = {"allowed": "alaw,ulaw", "codecs": ["PCMA", "PCMU"]}
    async with talking_to_asterisk(open_line, tmp_path, ports, out=True, **several) as call:
        assert await answers(call.line, call.call, "INVITE", "UPDATE") == 2


def client_hello() -> bytes:
    """What begins a handshake of DTLS 1.2 as a client (RFC 6347 §4.2.2), with nothing that would complete one."""
    extensions = bytes.fromhex("000a00040002001d 000d0006000404010501 000e00050002000100 ff01000100")
    suites = bytes.fromhex("0002c02f 0100")
    body = b"\xfe\xfd" + os.urandom(32) + b"\0\0" + suites + len(extensions).to_bytes(2) + extensions
    message = b"\x01" + len(body).to_bytes(3) + bytes(2) + bytes(3) + len(body).to_bytes(3) + body
    return b"\x16\xfe\xfd" + bytes(8) + len(message).to_bytes(2) + message


async def test_a_stranger_that_begins_a_handshake_takes_neither_the_keys_nor_the_far_ends_next_one(
    open_line: OpenLine, tmp_path: Path, ports: Ports
) -> None:
    async with talking_to_asterisk(open_line, tmp_path, ports, out=True, hold="sendonly") as call:
        rtp = await call.rtp_port()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            for port in (rtp, rtp + 1):
                stranger.sendto(client_hello(), (OUR_HOST, port))
        await lasting(0.5)
        await call.hears_the_far_end()

        await call.holds()


@asynccontextmanager
async def telephone(folder: Path, ports: Ports, codec: str, tone_hz: float) -> AsyncIterator[tuple[Baresip, RawCaller]]:
    """A telephone of one codec, and somebody who may call it."""
    async with (
        baresip(folder, ports, NUMBER, codec=codec, tone_hz=tone_hz, parameters=";mediaenc=dtls_srtp") as phone,
        raw_caller(phone.port) as controller,
    ):
        yield phone, controller


async def offered_by(controller: RawCaller) -> str:
    """What a telephone offers that is called without an offer, as a controller does (RFC 3725 section 4.1)."""
    controller.request("INVITE")
    answer = await controller.answer("INVITE")
    controller.to_tag = answer.header("to").rpartition("tag=")[2]
    return answer.body.replace("\n", "\r\n")


async def test_another_telephone_with_another_codec_and_certificate_may_take_the_place_of_the_first(
    open_line: OpenLine, tmp_path: Path, ports: Ports
) -> None:
    async with (
        telephone(tmp_path / "first", ports, "PCMA", 500) as (first_phone, first),
        telephone(tmp_path / "second", ports, "PCMU", SAID_HZ) as (second_phone, second),
        open_line(codecs=["PCMA", "PCMU"]) as line,
        raw_caller(line.port) as controller,
    ):
        await line.agent.use_trunks([secured(controller.port, codecs=["PCMA", "PCMU"])])
        called = await in_a_call(line, controller, await offered_by(first))
        first.request("ACK", body=(await controller.answer("INVITE")).body, number=1)
        async with talking(line, called, tmp_path) as call:
            await call.hears_the_far_end(500)

            moved = await controller.asks("INVITE", body=await offered_by(second))
            second.request("ACK", body=moved.body, number=1)
            await first.asks("BYE")

            await call.hears_the_far_end(SAID_HZ)
            assert (await called.sees(MediaChanged, times=2)).codec == "PCMU"
        await second.asks("BYE")
        heard = [await each.heard() for each in (first_phone, second_phone)]

    assert all(hears(each, PLAYED_HZ, seconds=0.5) for each in heard)
