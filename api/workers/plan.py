"""The plan of a machine's workers: which ports, folder and name each has, by the settings of all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from api.http.listening import public_address_of
from api.node.machine import Machine
from api.node.own_cores import as_setting, shares, usable
from api.node.reader_count import readers_of
from config.cores import ANY
from config.load import AUTO
from config.recognition import NONE
from config.settings import Settings, SipTransport
from config.system_authorities import system_authorities
from engine.errors import SetupError
from engine.security.secrets import PEPPER_FILE

_PORTS_OF_A_WORKER: Final = 2
"""Of SIP: UDP and TCP at the first, TLS at the next one."""
_LEAST_RTP_PORTS: Final = 4
_ANYWHERE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}


@dataclass(frozen=True, slots=True)
class WorkerPlan:
    """One worker: its node's name, its folder, its ports of SIP and HTTP, and the settings that it has besides."""

    name: str
    folder: Path
    sip_port: int
    http_port: int
    settings: Mapping[str, str]
    """As environment variables without their prefix; all others are those of the machine."""


@dataclass(frozen=True, slots=True)
class _Share:
    """What one of the workers has of its machine; no `readers` where nothing is recognised."""

    number: int
    sip_port: int
    rtp_ports: str
    cores: frozenset[int]
    readers: int


@dataclass(frozen=True, slots=True)
class ProxyTls:
    """What the SIP proxy shows over TLS, and the authorities of those whom it calls: PEM files."""

    certificate: Path
    key: Path
    authorities: Path | None


@dataclass(frozen=True, slots=True)
class MachinePlan:
    """All workers, and the SIP proxy before them: outside where the settings say, inside at a port of its own.

    `hosts` are the addresses of all of them, one of each IP version that they speak, the main one first; `advertised`
    are those that others reach, where NAT stands between.
    """

    hosts: Sequence[str]
    advertised: Sequence[str]
    outside_port: int
    inside_port: int
    workers: Sequence[WorkerPlan]
    tls: ProxyTls | None = None
    """None where it does not speak TLS."""


def planned(settings: Settings, count: int) -> MachinePlan:
    """So many workers. Raises SetupError where the settings don't allow them."""
    _require(settings)
    first, last = settings.rtp_first_port, settings.rtp_last_port
    share = (last - first + 1) // count // 2 * 2
    if share < _LEAST_RTP_PORTS:
        raise SetupError(f"TELEFOON_RTP_PORTS has too few ports for {count} workers: a call takes two.")
    inside = settings.sip_port + _PORTS_OF_A_WORKER
    readers = 0 if settings.recognizer == NONE else readers_of(settings, Machine.here(settings), count)
    workers = [
        _worker(
            settings, _Share(number, inside + number * _PORTS_OF_A_WORKER, _span(first, share, number), cores, readers)
        )
        for number, cores in enumerate(shares(usable(), count), 1)
    ]
    return MachinePlan(
        settings.sip_hosts, settings.public_addresses, settings.sip_port, inside, workers, _tls(settings)
    )


def _require(settings: Settings) -> None:
    if not settings.database.startswith("postgresql"):
        raise SetupError("Workers share a database, which must be PostgreSQL: set TELEFOON_DATABASE_URL.")
    if SipTransport.UDP not in settings.sip_transports:
        raise SetupError("Workers are called by UDP: name udp in TELEFOON_SIP_TRANSPORTS, beside tls if you want that.")
    if everywhere := sorted(_ANYWHERE.keys() & set(settings.sip_hosts)):
        raise SetupError(
            f"Workers and the proxy before them call each other: name this machine's address in TELEFOON_SIP_HOST, not "
            f"{everywhere[0]}."
        )


def _tls(settings: Settings) -> ProxyTls | None:
    if SipTransport.TLS not in settings.sip_transports or settings.tls_cert is None or settings.tls_key is None:
        return None
    authorities = settings.tls_ca or system_authorities()
    return ProxyTls(settings.tls_cert.resolve(), settings.tls_key.resolve(), authorities and authorities.resolve())


def _span(first: int, share: int, number: int) -> str:
    begins = first + (number - 1) * share
    return f"{begins}-{begins + share - 1}"


def _worker(settings: Settings, has: _Share) -> WorkerPlan:
    name, data = f"{settings.node}-{has.number}", settings.data_dir.resolve()
    folder, http_port = data / f"worker-{has.number}", settings.http_port + has.number
    own = _ANYWHERE.get(settings.http_host, settings.http_host) if settings.http_tls_cert is None else "127.0.0.1"
    at = f"[{own}]" if ":" in own else own
    given = {
        "WORKERS": "1",
        "NODE": name,
        "NODE_URL": f"http://{at}:{http_port}",
        "HTTP_PORT": str(http_port),
        "HTTP_SHARED_PORT": str(settings.http_port),
        "PUBLIC_URL": public_address_of(settings),
        "SIP_PORT": str(has.sip_port),
        "SIP_TRANSPORTS": ", ".join(_transports(settings)),
        "SIP_PROXIES": ", ".join(map(str, [*settings.sip_proxies, *settings.sip_hosts])),
        "RTP_PORTS": has.rtp_ports,
        "DATA_DIR": str(folder),
    }
    if settings.recording_master_key == "file":
        given["RECORDING_MASTER_KEY"] = f"file:{data / 'master.key'}"
    if settings.cores != ANY:
        given["CORES"] = as_setting(has.cores)
    if settings.speech_cores == AUTO:
        given["SPEECH_CORES"] = as_setting(usable())
    if has.readers:
        given["RECOGNIZER_READERS"] = str(has.readers)
    if settings.log_folder is not None:
        given["LOG_FOLDER"] = str(settings.log_folder / folder.name)
    return WorkerPlan(name, folder, has.sip_port, http_port, given)


def _transports(settings: Settings) -> Sequence[SipTransport]:
    """The transports of a worker: TLS is spoken by the proxy, and between rooms of nodes where the settings say so."""
    spoken = settings.sip_transports
    return spoken if settings.node_links == "tls" else [each for each in spoken if each is not SipTransport.TLS]


def share_pepper(plan: WorkerPlan) -> None:
    """Give a worker's folder the machine's pepper, which lies in the folder above."""
    plan.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    own = plan.folder / PEPPER_FILE
    if not own.is_symlink():
        own.symlink_to(plan.folder.parent / PEPPER_FILE)
