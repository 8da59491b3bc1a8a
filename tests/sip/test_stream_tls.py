"""Media streams over TLS: the certificate and the name in it are compared, always."""

import ssl
from pathlib import Path

import pytest
from cryptography import x509

from engine.ports import Said, StreamEnded, StreamOpened, StreamTrack
from tests.peers.audio import hears, tone
from tests.peers.certificates import make_pems, server_context
from tests.peers.ear import RtpEar
from tests.peers.ports import Ports
from tests.peers.stream_program import stream_program
from tests.sip.conftest import Line
from tests.sip.heard_calls import called
from tests.sip.streamed import plan_of, streaming

pytestmark = pytest.mark.sip

NAMED = (x509.DNSName("agents.example"),)


@pytest.mark.parametrize("host", ["127.0.0.1", "agents.example"])
async def test_sound_goes_to_whoever_the_certificate_names(
    line: Line, ports: Ports, ear: RtpEar, tmp_path: Path, host: str
) -> None:
    pems = make_pems(tmp_path, names=NAMED) if host != "127.0.0.1" else make_pems(tmp_path)
    asked: list[str | None] = []
    tls = server_context(pems)
    tls.sni_callback = lambda _socket, name, _context: asked.append(name)
    async with called(line, ports, ear) as call, stream_program(tls) as program:
        plan = plan_of(program.port, server_secure=True, server_host=host, server_authorities=pems.ca)
        async with streaming(line, plan) as stream:
            ear.say(tone(700, 1, dbov=-18), for_ever=True)
            await stream.wire.hear(Said(call.leg.id), StreamTrack.INBOUND)
            await program.gets("media", times=60)

    assert hears(program.heard(), 700, seconds=0.8)
    assert program.headers[0]["host"] == f"{host}:{program.port}"
    assert asked == [None if host == "127.0.0.1" else host]


async def test_a_certificate_that_is_not_believed_opens_nothing(line: Line, tmp_path: Path) -> None:
    good = make_pems(tmp_path / "good")
    expired = make_pems(tmp_path / "expired", expired=True)
    alone = make_pems(tmp_path / "alone", self_signed=True)
    named = make_pems(tmp_path / "named", names=NAMED)
    cases = [
        (expired, expired.ca, "127.0.0.1", "expired"),
        (alone, good.ca, "127.0.0.1", "self-signed"),
        (good, named.ca, "127.0.0.1", ""),
        (good, None, "127.0.0.1", ""),
        (named, named.ca, "127.0.0.1", "IP address mismatch"),
        (named, named.ca, "other.example", "hostname mismatch"),
        (good, good.ca, "agents.example", "hostname mismatch"),
    ]
    for pems, authorities, host, why in cases:
        async with stream_program(server_context(pems)) as program:
            plan = plan_of(program.port, server_secure=True, server_host=host, server_authorities=authorities)
            async with streaming(line, plan) as stream:
                ended = await stream.sees(StreamEnded)
        assert ended.why.startswith("the certificate is not believed: "), ended
        assert why in ended.why
        assert program.headers == []
        assert not any(isinstance(each, StreamOpened) for each in stream.seen)


async def test_old_tls_opens_nothing(line: Line, tmp_path: Path) -> None:
    pems = make_pems(tmp_path)
    tls = server_context(pems)
    tls.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        tls.minimum_version = tls.maximum_version = ssl.TLSVersion.TLSv1_1
    async with stream_program(tls) as program:
        plan = plan_of(program.port, server_secure=True, server_authorities=pems.ca)
        async with streaming(line, plan) as stream:
            assert (await stream.sees(StreamEnded)).why.startswith("TLS: ")
