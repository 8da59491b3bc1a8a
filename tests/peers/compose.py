"""docker-compose.cluster.yml without a container engine: its services as processes, each in namespaces of its own.

Images are what is installed or unpacked here; addresses, mounts, environments and commands are the files' own. All
run as root. Nothing of it is left, as the mounts are in namespaces too.
"""

import json
import os
import pwd
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from scripts.cluster.namespaces import UNTIL_WE_DIE, Namespace, Network, network
from scripts.cluster.programs import Program, library_path, running
from scripts.haproxy import HAPROXY
from scripts.haproxy import PROGRAM as HAPROXY_PROGRAM
from scripts.kamailio import KAMAILIO, MODULES
from scripts.kamailio import PROGRAM as KAMAILIO_PROGRAM
from scripts.progress import Progress
from tests.peers.postgres import programs
from tests.unit.scripts.test_containers import stages

CHECKOUT: Final = Path(__file__).resolve().parents[2]
FILE: Final = CHECKOUT / "docker-compose.cluster.yml"
GATEWAYS: Final = ("172.31.250.1", "172.31.251.1")
"""This machine's addresses on the networks of the file: the first of each, as Docker gives them out."""
NODES: Final = ("node-1", "node-2")
_ASKED_EACH_S: Final = 1.0
"""A look at whether it is well starts a program, which would hinder the one that it looks at."""
_STARTS_WITHIN_S: Final = 180.0
_OVERLAID: Final = ("/etc", "/usr/local", "/var/lib", "/run")
_PREPARED: Final = (
    'at=$1; shift; mount -t tmpfs tmpfs "$at"; for over in {overlaid}; do mkdir -p "$at/new$over" "$at/work$over"; '
    'mount -t overlay overlay -o "lowerdir=$over,upperdir=$at/new$over,workdir=$at/work$over" "$over"; done; '
    "echo telefoon:x:990:990::/var/lib/telefoon:/bin/sh >> /etc/passwd; echo telefoon:x:990: >> /etc/group; "
    "mkdir -p /run/kamailio; {mounts} "
    'exec "$@"'
)


@dataclass(frozen=True, slots=True)
class Container:
    """A service: what is run in it has its network, its mounts and its environment."""

    where: Namespace
    folder: Path
    environment: Mapping[str, str]
    addresses: Sequence[str]
    mounts: Sequence[tuple[Path, str]]

    def command(self, *words: str | Path) -> list[str]:
        """What runs that in there."""
        mounted = "".join(
            f"mkdir -p {target if source.is_dir() else Path(target).parent}; "
            f"{'' if source.is_dir() else f'touch {target}; '}mount --bind {source} {target};"
            for source, target in self.mounts
        )
        script = _PREPARED.format(overlaid=" ".join(_OVERLAID), mounts=mounted)
        inside = (*self.where.inside, *UNTIL_WE_DIE, "unshare", "--mount", "sh", "-euc", script, "sh", self.folder)
        return [str(each) for each in (*inside, *words)]

    def does(self, *words: str | Path) -> str:
        """Run that in there, as `exec` does; what it prints."""
        done = subprocess.run(
            self.command(*words), cwd=CHECKOUT, env={**outside(), **self.environment}, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        return done.stdout


@dataclass(slots=True)
class Composed:
    """What the file starts, and this machine as its containers see it."""

    machine: Namespace
    containers: dict[str, Container] = field(default_factory=dict)
    programs: dict[str, Program] = field(default_factory=dict)

    def telefoon(self, *words: str) -> str:
        """A command of `telefoon` in the first node's container, as the head of the file shows it."""
        return self.containers[NODES[0]].does(".venv/bin/telefoon", *words)

    def asks(self, path: str, key: str, body: Mapping[str, Any] | None = None) -> Any:
        """A request of this machine to the REST interface at HAProxy; the answer's body."""
        sent = [] if body is None else ["-X", "POST", "-H", "Content-Type: application/json", "-d", json.dumps(body)]
        url = f"http://{self.containers['haproxy'].where.address}:8080{path}"
        return json.loads(self.machine.run("curl", "-sSf", "-m", "20", "-H", f"X-API-Key: {key}", *sent, url))


@contextmanager
def composed() -> Iterator[Composed]:
    """All services, started in their order, each once those that it depends on are healthy."""
    content: dict[str, Any] = yaml.safe_load(FILE.read_text())
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="telefoon-composed-")))
        # PostgreSQL runs as a user of its own.
        folder.chmod(0o711)
        joined = stack.enter_context(network())
        made = Composed(joined.add(*GATEWAYS))
        for name, service in content["services"].items():
            made.containers[name] = _container(name, service, joined, folder)
        for name, program in _programs(made, content["services"], folder):
            made.programs[name] = stack.enter_context(running(program))
        yield made


def _container(name: str, service: Mapping[str, Any], joined: Network, folder: Path) -> Container:
    addresses = [each["ipv4_address"] for each in service.get("networks", {}).values()]
    where = joined.add(*(addresses or ["127.0.1.1"]))
    if addresses:
        where.ip(f"route add default via {GATEWAYS[0]}")
    (own := folder / name).mkdir()
    given = {key: _default(str(value)) for key, value in service.get("environment", {}).items()}
    image = dict(rest.split("=", 1) for word, rest in _stage(service) if word == "ENV")
    (own / "overlaid").mkdir()
    mounts = [_mount(each, folder) for each in service["volumes"]]
    return Container(where, own / "overlaid", image | given, addresses, mounts)


def _mount(written: str, folder: Path) -> tuple[Path, str]:
    source, target, *_ = written.split(":")
    if source.startswith("."):
        return CHECKOUT / source, target
    (volume := folder / "volumes" / source).mkdir(parents=True, exist_ok=True)
    return volume, target


def _default(value: str) -> str:
    """A value of the file where this machine's environment has none."""
    return value.partition(":-")[2].removesuffix("}") if value.startswith("${") else value


def _stage(service: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    """The lines of the Dockerfile for a service that is built here."""
    return stages()[service["build"]["target"]] if "build" in service else ()


def _said(service: Mapping[str, Any], instruction: str) -> list[str]:
    """What an image of ours runs by itself."""
    words: list[str] = json.loads(next(rest for word, rest in _stage(service) if word == instruction))
    return words


def _programs(made: Composed, services: Mapping[str, Any], folder: Path) -> Iterator[tuple[str, Program]]:
    yield "postgres", _postgres(made.containers["postgres"], folder)
    _create_database(made.containers["postgres"])
    made.containers["secrets"].does(*services["secrets"]["entrypoint"], *services["secrets"]["command"])
    for name in NODES:
        checked = next(rest for word, rest in _stage(services[name]) if word == "HEALTHCHECK").partition("CMD ")[2]
        command = [*_said(services[name], "ENTRYPOINT"), *_said(services[name], "CMD")]
        yield name, _program(made, name, command, json.loads(checked))
    root = HAPROXY.made(Progress())
    _, *options = services["haproxy"]["command"]
    listens = ["curl", "-s", "-o", "/dev/null", "http://127.0.0.1:8080/healthz"]
    more = {"LD_LIBRARY_PATH": library_path(root)}
    yield "haproxy", _program(made, "haproxy", [root / HAPROXY_PROGRAM, *options], listens, more)
    root = KAMAILIO.made(Progress())
    (modules,) = root.glob(str(MODULES))
    options = [*_said(services["kamailio"], "CMD"), "-L", str(modules)]
    listens = ["grep", "-q", ":13C4 ", "/proc/net/udp"]
    more = {"LD_LIBRARY_PATH": f"{library_path(root)}:{modules.parent}"}
    yield "kamailio", _program(made, "kamailio", [root / KAMAILIO_PROGRAM, *options], listens, more)


def _program(
    made: Composed,
    name: str,
    command: Sequence[str | Path],
    health: Sequence[str],
    more: Mapping[str, str] | None = None,
) -> Program:
    container = made.containers[name]
    environment = {**outside(), **container.environment, **(more or {})}

    def is_well() -> bool:
        time.sleep(_ASKED_EACH_S)
        asked = subprocess.run(
            container.command(*health), cwd=CHECKOUT, env=environment, capture_output=True, check=False
        )
        return asked.returncode == 0

    # The working folder of the image is that of the checkout.
    within = ["sh", "-c", 'cd "$0" && exec "$@"', CHECKOUT, *command]
    log = container.folder.parent / "log"
    return Program(name, container.command(*within), log, is_well, environment, starts_within_s=_STARTS_WITHIN_S)


def _postgres(container: Container, folder: Path) -> Program:
    """The server as the image's own start makes it: a user with a password, which all give who come by TCP."""
    given, owner, address = container.environment, pwd.getpwnam("postgres"), container.where.address
    (own := folder / "database").mkdir()
    (own / "password").write_text(given["POSTGRES_PASSWORD"])
    for each in (own, own / "password"):
        os.chown(each, owner.pw_uid, owner.pw_gid)
    as_owner = ("setpriv", f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups")
    data, user, inside = own / "data", given["POSTGRES_USER"], container.where.inside
    with_password = ("-A", "scram-sha-256", f"--pwfile={own / 'password'}")
    made: Sequence[str | Path] = (*as_owner, _binary("initdb"), "-D", data, "-U", user, *with_password, "--no-sync")
    subprocess.run(made, cwd=own, capture_output=True, check=True)
    with (data / "pg_hba.conf").open("a") as allowed:
        allowed.write("host all all all scram-sha-256\n")
    server = (*as_owner, "--pdeathsig", "INT", _binary("postgres"), "-D", data, "-c", "fsync=off")
    listens = ("-c", "listen_addresses=*", "-c", "unix_socket_directories=")
    ready: Sequence[str | Path] = (*inside, _binary("pg_isready"), "-h", address, "-U", user, "-q")
    return Program(
        "postgres", (*inside, *server, *listens), own / "log",
        lambda: subprocess.run(ready, check=False).returncode == 0,
    )  # fmt: skip


def _create_database(container: Container) -> None:
    given, where = container.environment, container.where
    made: Sequence[str | Path] = (
        _binary("createdb"),
        "-h",
        where.address,
        "-U",
        given["POSTGRES_USER"],
        given["POSTGRES_DB"],
    )
    environment = {**outside(), "PGPASSWORD": given["POSTGRES_PASSWORD"]}
    subprocess.run((*where.inside, *made), env=environment, check=True)


def _binary(name: str) -> Path:
    found = programs()
    assert found is not None, "PostgreSQL is not installed; run: make setup"
    return found / name


def outside() -> dict[str, str]:
    """This machine's environment without settings of ours, and with the Python that runs."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("TELEFOON_")}
    return own | {"PATH": f"{Path(sys.executable).parent}:{own['PATH']}"}
