"""Their side: Asterisk 22 in the tests' chroot, with the configuration of bench/asterisk."""

import re
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.process import quiet
from bench.scenario import Place
from scripts.asterisk_root import asterisk_root
from scripts.progress import Progress
from scripts.run_asterisk import asterisk_conf
from tests.peers.asterisk import Asterisk

CONFIG: Final = Path(__file__).with_name("asterisk")
USER: Final = "bench"
PASSWORD: Final = "on-loopback"
_RTP_PORTS: Final = 2400
_REGISTRATION: Final = """
[trunk]
type = registration
server_uri = sip:127.0.0.1:{port}
client_uri = sip:bench@127.0.0.1:{port}
expiration = 300
"""
_LOADED: Final = re.compile(r"^load = (\S+)$", re.MULTILINE)
_CURL: Final = "load = res_curl.so\nload = func_curl.so\n"
_CDR: Final = "load = res_cdrel_custom.so\nload = cdr_sqlite3_custom.so\n"
_ARI_MODULES: Final = (
    "res_http_websocket", "res_websocket_client", "res_stasis", "res_stasis_answer", "res_stasis_playback",
    "res_stasis_recording", "res_stasis_snoop", "res_ari", "res_ari_model", "res_ari_channels",
)  # fmt: skip
_STREAMS: Final = "load = res_http_websocket.so\nload = res_websocket_client.so\nload = chan_websocket.so\n"
_STREAMED: Final = """
[media]
type = websocket_client
connection_type = per_call_config
uri = ws://127.0.0.1:{port}/media
protocols = media
"""
_ARI: Final = "".join(f"load = {name}.so\n" for name in _ARI_MODULES)


@dataclass(frozen=True, slots=True)
class Way:
    """The set-up of an Asterisk: codecs of both legs, whether it keeps a row of each call and asks by HTTP."""

    caller: str = "alaw"
    callee: str = "alaw"
    as_ours: bool = False
    ari: bool = False
    streams_port: int | None = None
    """Where the program is to which calls are streamed (chan_websocket); None where none are."""


@dataclass(frozen=True, slots=True)
class AsteriskServer:
    """One that takes calls. `kept` is where its recordings go."""

    pid: int
    sip_port: int
    http_port: int
    kept: Path
    console: Asterisk


@asynccontextmanager
async def asterisk_server(
    place: Place,
    way: Way,
    *,
    callee_port: int = 9,
    registrar_port: int | None = None,
    web: str = "",
    sounds: Mapping[str, bytes] | None = None,
) -> AsyncIterator[AsteriskServer]:
    """`callee_port` is who is dialled, `web` the address of the flows' server, `sounds` files by name."""
    root = asterisk_root(Progress())
    folder = Path(tempfile.mkdtemp(prefix="telefoon-bench-", dir=root / "tmp"))
    one = Asterisk(root, folder, place.ports.one(), place.ports.one())
    http_port = place.ports.one()
    try:
        _configure(one, way, place, callee_port, web, http_port)
        if registrar_port is not None:
            _register(one, registrar_port)
        for name, sound in (sounds or {}).items():
            (folder / name).write_bytes(sound)
        await one.start()
        await _require_all_modules(one)
        await quiet(one.pid)
        yield AsteriskServer(one.pid, one.udp_port, http_port, folder / "kept", one)
    finally:
        await one.end()
        shutil.rmtree(folder)


async def _require_all_modules(one: Asterisk) -> None:
    """Raises RuntimeError if one does not run: it would do less than it is to be measured for, and say nothing."""
    texts = [(one.folder / name).read_text() for name in ("modules.conf", "site_modules.conf")]
    wanted = {name for text in texts for name in _LOADED.findall(text)}
    told = await one.cli("module show")
    running = {line.split()[0] for line in told.splitlines() if " Running " in line}
    if missing := wanted - running:
        raise RuntimeError(f"Asterisk runs without {', '.join(sorted(missing))}: {one.log()[-500:]}")


def _configure(one: Asterisk, way: Way, place: Place, callee_port: int, web: str, http_port: int) -> None:
    folder, inside = one.folder, f"/{one.folder.relative_to(one.root)}"
    shutil.copytree(CONFIG, folder, dirs_exist_ok=True)
    (folder / "kept").mkdir()
    rtp = place.servers.take(_RTP_PORTS)
    yes_or_no = "yes" if way.as_ours else "no"
    more = (_CURL + _CDR if way.as_ours else "") + (_ARI if way.ari else "")
    more += _STREAMS if way.streams_port is not None else ""
    sites = {
        "asterisk.conf": asterisk_conf(inside, maxfiles=20000, verbose=0),
        "site_modules.conf": more,
        "site_globals.conf": f"SOUNDS = {inside}\nKEPT = {inside}/kept\nWEB = {web}\n",
        "site_transport.conf": f"bind = 127.0.0.1:{one.udp_port}\n",
        "site_caller.conf": f"allow = {way.caller}\n",
        "site_callee.conf": f"allow = {way.callee}\n",
        "site_contact.conf": f"contact = sip:callee@127.0.0.1:{callee_port}\n",
        "site_registration.conf": "",
        "websocket_client.conf": _STREAMED.format(port=way.streams_port) if way.streams_port is not None else "",
        "site_rtp.conf": f"rtpstart = {rtp}\nrtpend = {rtp + _RTP_PORTS - 1}\n",
        "site_cdr.conf": f"enable = {yes_or_no}\n",
        "site_http.conf": f"enabled = {'yes' if way.ari else 'no'}\nbindaddr = 127.0.0.1\nbindport = {http_port}\n",
    }
    for name, text in sites.items():
        (folder / name).write_text(text)


def _register(one: Asterisk, port: int) -> None:
    with (one.folder / "site_modules.conf").open("a") as modules:
        modules.write("load = res_pjsip_outbound_registration.so\n")
    (one.folder / "site_registration.conf").write_text(_REGISTRATION.format(port=port))
