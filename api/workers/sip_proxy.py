"""Kamailio before the workers of one machine, with deploy/kamailio/kamailio.cfg: its values, and how it is started."""

import os
import secrets
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from api.workers.plan import MachinePlan, ProxyTls
from engine.errors import SetupError
from engine.model.hosts import before_port

CONFIGURATION: Final = Path(__file__).resolve().parents[2] / "deploy" / "kamailio" / "kamailio.cfg"
_TLS_FILE: Final = "tls.cfg"
_WHERE: Final = os.pathsep.join((os.environ.get("PATH", ""), "/usr/local/sbin", "/usr/sbin"))
_MOST_CALLS_OF_A_WORKER: Final = 1024
_SHARED_MIB: Final = 64
_SHARED_WITH_TLS_MIB: Final = 256
"""The system's 144 authorities, which each of its processes keeps, take 50 over IPv4, and over both versions more than
64. What is not used takes nothing."""
_BANNED_S: Final = 60
_LEAST_PROCESSES: Final = 2
_WORKERS_OF_A_PROCESS: Final = 8
"""One process at each of its addresses would do for more; the least are two, as one may have to wait for DNS."""
_ALLOCATORS: Final = ("-x", "tlsf", "-X", "tlsf")
"""Of the memory in common and of that of each process: they take less CPU than the default."""
_STRANGERS_REQUESTS: Final = 20_000
"""Within two seconds. It does not know which sources are trunks', so a carrier is held to what a flood is: the workers
hold strangers and carriers to their own limits."""


def proxy_command(plan: MachinePlan, folder: Path) -> Sequence[str]:
    """Write its files into the folder; the command that starts it. Raises SetupError where Kamailio is not installed.

    Strangers reach the workers, who know by the trunks who is none.
    """
    program = shutil.which("kamailio", path=_WHERE)
    if program is None:
        raise SetupError("Workers need Kamailio before them: apt-get install kamailio")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / "site.cfg").write_text(_site(plan, folder))
    (folder / "nodes.list").write_text("".join(_nodes(plan)))
    (folder / "sources.list").write_text("")
    if plan.tls is not None:
        (folder / _TLS_FILE).write_text(_tls(plan.tls))
    shutil.copyfile(CONFIGURATION, folder / CONFIGURATION.name)
    # Where it was unpacked and not installed, its modules are beside it.
    modules = next(iter(Path(program).resolve().parents[1].glob("lib/*/kamailio/modules")), None)
    beside = [] if modules is None else ["-L", str(modules)]
    own = ["-f", str(folder / CONFIGURATION.name), "-Y", str(folder), "-P", str(folder / "kamailio.pid")]
    shared_mib = _SHARED_MIB if plan.tls is None else _SHARED_WITH_TLS_MIB
    return [program, "-DD", "-E", "-m", str(shared_mib), "-M", "8", *_ALLOCATORS, *beside, *own]


def _nodes(plan: MachinePlan) -> Iterator[str]:
    """The lines of nodes.list: a group for each IP version, as a call stays within one."""
    for group, host in enumerate(_families(plan.hosts), 1):
        socket = f"udp:{host}:{plan.inside_port}"
        for each in plan.workers:
            own = f"duid={each.name};maxload={_MOST_CALLS_OF_A_WORKER};socket={socket}"
            yield f"{group} sip:{host}:{each.sip_port} 0 0 {own}\n"


def _families(addresses: Sequence[str]) -> Sequence[str]:
    """One of each IP version as kamailio.cfg wants them: IPv4 before IPv6, which is in brackets."""
    return [before_port(each) for each in sorted(addresses, key=lambda each: ":" in each)]


def _site(plan: MachinePlan, folder: Path) -> str:
    main, *too = _families(plan.hosts)
    values = {
        "OUTSIDE_IP": main,
        "OUTSIDE_PORT": plan.outside_port,
        "OUTSIDE_TLS_PORT": plan.outside_port + 1,
        "INSIDE_IP": main,
        "INSIDE_PORT": plan.inside_port,
        "INSIDE_TLS_PORT": plan.inside_port + 1,
        "LISTS_FOLDER": folder,
        "RUN_FOLDER": folder,
        "TLS_FILE": folder / _TLS_FILE,
        "TOPOLOGY_KEY": secrets.token_hex(16),
        "PROCESSES": _LEAST_PROCESSES + len(plan.workers) // _WORKERS_OF_A_PROCESS,
        "STRANGERS_REQUESTS": _STRANGERS_REQUESTS,
        "BANNED_S": _BANNED_S,
        **({"OUTSIDE6_IP": too[0], "INSIDE6_IP": too[0]} if too else {}),
        **{"OUTSIDE6_PUBLIC" if too and ":" in each else "ADVERTISED": each for each in _families(plan.advertised)},
    }
    lines = [f'#!substdef "!{name}!{value}!g"' for name, value in values.items()]
    defined = ["WITH_STRANGERS", *(["WITH_TLS"] if plan.tls is not None else []), *(["WITH_IPV6"] if too else [])]
    return "\n".join([*lines, *(f"#!define {each}" for each in defined), "log_stderror=yes", ""])


def _tls(tls: ProxyTls) -> str:
    """Whoever calls is shown the certificate; who is called has to have one of the authorities'."""
    own = f"method = TLSv1.2+\ncertificate = {tls.certificate}\nprivate_key = {tls.key}\n"
    known = f"ca_list = {tls.authorities}\n" if tls.authorities is not None else ""
    return (
        f"[server:default]\n{own}verify_certificate = no\nrequire_certificate = no\n"
        f"[client:default]\n{own}{known}verify_certificate = yes\nrequire_certificate = yes\n"
    )
