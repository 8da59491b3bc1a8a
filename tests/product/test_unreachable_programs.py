"""Programs that can't be reached on a real call: the call goes on with what its flow says next."""

from pathlib import Path
from typing import Final

import pytest

from tests.peers.audio import tone
from tests.peers.callers import calling
from tests.peers.certificates import make_pems, server_context
from tests.peers.consent import NUMBER_ASKS_NOBODY
from tests.peers.customer import Customer
from tests.peers.platform import ACCOUNT, platform
from tests.peers.ports import Ports
from tests.peers.raw_stream_server import RawStream, raw_stream_server
from tests.peers.stream_program import stream_program

pytestmark = pytest.mark.sip

SAID: Final = 700
SPOKEN: Final = 1000
AFTER: Final = 1500


async def test_a_call_goes_on_past_programs_whose_certificates_are_wrong_to_one_that_is_there(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    async def never(stream: RawStream) -> None:
        raise AssertionError(f"whoever compares certificates asks for nothing: {stream.head}")

    shop.flows["/tone.wav"] = tone(AFTER, 60, dbov=-18).save(tmp_path / "tone.wav").read_bytes()
    expired = server_context(make_pems(tmp_path / "expired", expired=True))
    async with stream_program() as program, raw_stream_server(never, tls=expired) as server:
        wrong, right = f"wss://127.0.0.1:{server.port}/", f"ws://127.0.0.1:{program.port}/media"
        streams = "".join(f'<Connect><Stream url="{url}"/></Connect>' for url in (wrong, wrong, wrong, right))
        shop.flows["/start"] = f"<Response>{streams}<Play>/tone.wav</Play></Response>"
        number = {"--url": shop.url("/start"), **NUMBER_ASKS_NOBODY}
        async with platform(tmp_path, ports, number=number) as telefoon:
            telefoon.telefoon("accounts", "spoken-name", ACCOUNT, "Bakkerij Jansen")
            async with calling(telefoon, ports, SAID) as (caller,):
                [start] = await program.gets("start", within_s=60)
                program.sid = start["streamSid"]
                await program.says(tone(SPOKEN, 1, dbov=-18))
                await caller.ear.hears(SPOKEN, within_s=30)
                assert program.socket is not None
                await program.socket.close()
                await caller.ear.hears(AFTER, within_s=30)
                streams_of_call = (await telefoon.get(f"calls/{caller.call_id}/streams"))["streams"]

    failed = [each["error"] for each in streams_of_call if each["status"] == "failed"]
    assert len(failed) == 3
    assert all("certificate" in each for each in failed)
