"""The REST interface over TLS by the node itself: its certificate is renewed without a new start."""

import asyncio
import json
import shutil
import signal
import ssl
import time
from pathlib import Path

import pytest

from tests.peers import commands
from tests.peers.certificates import Pems, make_pems
from tests.peers.platform import prepared
from tests.peers.ports import Ports
from tests.peers.raw_http import raw_http
from tests.peers.waiting import eventually, within

_BEGINNING_OF_TLS = b"\x16\x03\x01\x02\x00\x01"

pytestmark = [pytest.mark.sip, pytest.mark.processes]


def served(folder: Path, name: str, *, days: int) -> Pems:
    made = folder / name
    made.mkdir()
    return make_pems(made, days=days)


async def shown_expiry(port: int, authority: Path) -> float:
    """The days that the node says its certificate is valid for yet."""
    context = ssl.create_default_context(cafile=str(authority))
    async with raw_http(port, ssl=context, server_hostname="127.0.0.1") as client:
        client.send("GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        _, _, body = await client.answer()
    name = "telefoon_http_certificate_expires_timestamp_seconds "
    told = next(line.removeprefix(name) for line in body.decode().splitlines() if line.startswith(name))
    return (float(told) - time.time()) / 86400


async def cautions(port: int, authority: Path) -> list[str]:
    """What /readyz says is wrong and hinders no call."""
    context = ssl.create_default_context(cafile=str(authority))
    async with raw_http(port, ssl=context, server_hostname="127.0.0.1") as client:
        client.send("GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        _, _, body = await client.answer()
    told: list[str] = json.loads(body)["cautions"]
    return told


async def asked(port: int, path: str, authority: Path) -> tuple[int, dict[str, str]]:
    """Status and headers of an answer to who trusts this authority alone."""
    context = ssl.create_default_context(cafile=str(authority))
    reading, writing = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    try:
        writing.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
        head, *lines = (await reading.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
        return int(head.split()[1]), dict(line.split(": ", 1) for line in lines)
    finally:
        writing.close()


async def test_it_answers_over_tls_and_takes_a_new_certificate_while_it_runs(tmp_path: Path, ports: Ports) -> None:
    first, second = served(tmp_path, "first", days=1), served(tmp_path, "second", days=30)
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    shutil.copy(first.certificate, certificate)
    shutil.copy(first.key, key)
    settings = {"HTTP_TLS_CERT": str(certificate), "HTTP_TLS_KEY": str(key), "HTTP_HEAD_S": "2"}
    telefoon = prepared(tmp_path, ports, settings)
    log = tmp_path / "serve.log"
    with log.open("wb") as sink:
        process = await commands.start(
            "serve", environment=telefoon.environment, stdout=sink.fileno(), stderr=sink.fileno()
        )
    try:
        await eventually(lambda: "serving" in log.read_text(), within_s=40, otherwise=log.read_text)
        status, headers = await asked(telefoon.http_port, "/healthz", first.ca)
        async with raw_http(telefoon.http_port) as unfinished:
            unfinished.send(_BEGINNING_OF_TLS)
            of_the_unfinished = await unfinished.rest(within_s=20)
        expiry = await shown_expiry(telefoon.http_port, first.ca)
        listed = await asyncio.to_thread(telefoon.telefoon, "calls", "list", "--json", "--key", telefoon.key)

        shutil.copy(second.certificate, certificate)
        await eventually(lambda: "http_certificate_refused" in log.read_text(), within_s=15, otherwise=log.read_text)
        still, _ = await asked(telefoon.http_port, "/healthz", first.ca)
        while_refused = await cautions(telefoon.http_port, first.ca)
        diagnosis = await telefoon.diagnosis()

        shutil.copy(second.key, key)
        await eventually(lambda: "http_certificate_renewed" in log.read_text(), within_s=15, otherwise=log.read_text)
        after_renewal = await cautions(telefoon.http_port, second.ca)
        renewed_expiry = await shown_expiry(telefoon.http_port, second.ca)
        renewed, _ = await asked(telefoon.http_port, "/healthz", second.ca)
        with pytest.raises(ssl.SSLCertVerificationError):
            await asked(telefoon.http_port, "/healthz", first.ca)
    finally:
        process.send_signal(signal.SIGTERM)
        async with within(20):
            await process.wait()

    assert (status, still, renewed) == (200, 200, 200)
    assert of_the_unfinished == b"", "a handshake has the time of a head"
    assert (round(expiry), round(renewed_expiry)) == (1, 30)
    assert headers["Strict-Transport-Security"].startswith("max-age=")
    assert json.loads(listed)["calls"] == [], "a command on this machine knows the certificate by its file"
    assert ["refused" in each for each in while_refused] == [True, False]
    assert "expires soon" in while_refused[1]
    assert after_renewal == []
    assert not diagnosis["HTTP certificate"]["ok"]
    assert diagnosis["HTTP port"]["detail"].endswith("is used by the running server")
