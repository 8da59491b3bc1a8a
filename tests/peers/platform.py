"""The product as its users meet it: `telefoon serve` in a process of its own, and a REST client with a key."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import aiohttp

from tests.peers import commands
from tests.peers.account import account_with_key, key_of_account, outside
from tests.peers.happening import Happening
from tests.peers.ports import Ports
from tests.peers.prompts import ENGINES
from tests.peers.waiting import within

ACCOUNT: Final = "demo"
NUMBER: Final = "+3225550100"
BASE_PATH: Final = "/v1/voice"
ENDED: Final = frozenset({"completed", "failed", "busy", "no-answer", "canceled"})
_START_S: Final = 40.0
_STOP_S: Final = 20.0
_START_POLL_S: Final = 0.05
_RTP_PORTS: Final = 200
BRIEFLY: Final = "Recorded."
"""What recorded calls are told where it is not the subject: ours takes five seconds more."""
OURS: Final = None

OF_TESTS: Final = {
    "TTS_WORKERS": "1",
    "DRAIN_S": "0",
    # The machine of the tests is busy with other tests.
    "MOST_CPU_PERCENT": "off",
    "MOST_CLOCK_LAG_MS": "off",
    "MOST_LOOP_LAG_MS": "off",
    "MOST_SIP_LAG_MS": "off",
    "TTS_ENGINES": json.dumps(ENGINES),
    # What a call was about is what most tests look at; what stays out of it has a test of its own.
    "KEEP_DIGITS": "true",
    "KEEP_SPOKEN_TEXT": "true",
    "KEEP_WEBHOOK_BODIES": "true",
}
"""Settings that every platform of the tests has."""

Json = dict[str, Any]


@dataclass(slots=True)
class Platform:
    """A data folder and its settings; `start` and `end` may be repeated on it."""

    folder: Path
    environment: dict[str, str]
    http_port: int
    sip_port: int
    key: str = ""
    open_files: int | None = None
    program: tuple[str, ...] = commands.TELEFOON
    """The command that serves, and that is run: another release's, if that is the subject."""
    host: str = "127.0.0.1"
    inside: tuple[str, ...] = ()
    """A command that executes the server's, as in a namespace of its own."""
    _process: commands.Running | None = None
    _client: aiohttp.ClientSession | None = None
    _happening: Happening | None = None
    _log: Path = field(init=False)

    def __post_init__(self) -> None:
        self._log = self.folder / "serve.log"

    @property
    def address(self) -> str:
        return f"http://{self.host}:{self.http_port}"

    @property
    def data(self) -> Path:
        """The data folder."""
        return Path(self.environment["TELEFOON_DATA_DIR"])

    @property
    def pid(self) -> int:
        assert self._process is not None, "the platform is not running"
        return self._process.pid

    @property
    def client(self) -> aiohttp.ClientSession:
        """Sends the key with each request; paths count from the interface's base."""
        assert self._client is not None, "the platform is not running"
        return self._client

    @property
    def happening(self) -> Happening:
        """Waits for what the platform does."""
        assert self._happening is not None, "the platform is not running"
        return self._happening

    def log(self) -> str:
        """What the server has written to standard error so far."""
        return self._log.read_text(errors="replace")

    def telefoon(self, *arguments: str, exit_code: int = 0) -> str:
        """Run a command of `telefoon` with the same settings, which must end with `exit_code`; what it prints."""
        return commands.printed_by(*arguments, environment=self.environment, exit_code=exit_code, program=self.program)

    def states_of_nodes(self) -> dict[str, str]:
        """What each node of its database does, by that."""
        return {each["name"]: each["state"] for each in json.loads(self.telefoon("nodes", "list", "--json"))}

    async def diagnosis(self) -> dict[str, Json]:
        """What `telefoon doctor` found, by subject; it must have found a fault."""
        told = await asyncio.to_thread(self.telefoon, "doctor", "--json", exit_code=1)
        return {each["subject"]: each for each in json.loads(told)["checks"]}

    async def start(self) -> None:
        """Start serving and wait until it does; readiness is another matter."""
        with self._log.open("ab") as log:
            self._process = await commands.start(
                "serve",
                environment=self.environment,
                stdout=log.fileno(),
                stderr=log.fileno(),
                open_files=self.open_files,
                program=self.program,
                inside=self.inside,
            )
        await self.connect()

    async def connect(self) -> None:
        """Wait until it answers, and follow what happens; `start` does so too."""
        self._client = aiohttp.ClientSession(f"{self.address}{BASE_PATH}/", headers={"X-API-Key": self.key})
        await self._until_it_answers()
        self._happening = Happening(self._client)
        self._happening.start()

    async def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Signal the process and wait for its end; its exit code (minus the signal's number if killed)."""
        if self._happening is not None:
            await self._happening.end()
        if self._client is not None:
            await self._client.close()
        if self._process is None:
            return 0
        process, self._process = self._process, None
        if process.returncode is None:
            process.send_signal(number)
        async with within(_STOP_S):
            return await process.wait()

    async def ends_by_itself(self, *, within_s: float = 30.0) -> int:
        """Wait for the end of a process that was told to end before; its exit code."""
        assert self._process is not None, "the platform is not running"
        async with within(within_s):
            return await self._process.wait()

    async def post(self, path: str, body: Any) -> Json:
        """The answer's body, of a request that must succeed."""
        async with self.client.post(path, json=body) as response:
            answer: Json = await response.json()
            assert response.ok, answer
            return answer

    async def refuses(self, path: str, body: Any) -> tuple[int, Json]:
        """The status and the problem of a POST that must not succeed."""
        async with self.client.post(path, json=body) as response:
            assert not response.ok, await response.text()
            return response.status, await response.json()

    async def patch(self, path: str, body: Any) -> tuple[int, Json]:
        """The answer's status and body."""
        async with self.client.patch(path, json=body) as response:
            return response.status, await response.json()

    async def delete(self, path: str) -> None:
        """Delete something that is there."""
        async with self.client.delete(path) as response:
            assert response.ok, await response.text()

    async def get(self, path: str, **query: str) -> Json:
        """The answer's body, of a request that must succeed."""
        async with self.client.get(path, params=query) as response:
            answer: Json = await response.json()
            assert response.ok, answer
            return answer

    async def place(self, to: str, **more: Any) -> Json:
        """A new call from the platform's number."""
        return await self.post("calls", {"from": NUMBER, "to": to, **more})

    async def call_when(self, call_id: str, *statuses: str, within_s: float = 20.0) -> Json:
        """The call as soon as it has one of the statuses."""
        call: Json = {}

        async def look() -> Json | None:
            call.update(await self.get(f"calls/{call_id}"))
            return call if call["status"] in statuses else None

        try:
            return await self.happening.see(look, within_s)
        except TimeoutError:
            raise AssertionError(f"not {statuses} within {within_s:g} s: {call}\n{self.log()[-3000:]}") from None

    async def ended_call(self, call_id: str, *, within_s: float = 30.0) -> Json:
        """The call once it has ended."""
        return await self.call_when(call_id, *ENDED, within_s=within_s)

    async def newest_call(self, *, within_s: float = 10.0, **query: str) -> Json:
        """The newest call that fits, as soon as there is one."""

        async def look() -> Json | None:
            return next(iter((await self.get("calls", **query))["calls"]), None)

        return await self.happening.see(look, within_s)

    async def check_when(self, name: str, told: str, *, within_s: float = 15.0) -> Json:
        """One of the checks of /readyz, as soon as its detail begins with `told`."""
        check: Json = {}

        async def look() -> Json | None:
            async with self.client.get(f"{self.address}/readyz") as response:
                check.update((await response.json())["checks"][name])
                assert response.ok or response.status == 503, check
            return check if check.get("detail", "").startswith(told) else None

        try:
            return await self.happening.see(look, within_s)
        except TimeoutError:
            raise AssertionError(f"{name} is not {told} within {within_s:g} s: {check}") from None

    async def events(self, call_id: str) -> list[Json]:
        """What was noted on the call."""
        found: list[Json] = (await self.get(f"calls/{call_id}/events"))["events"]
        return found

    async def noted(self, call_id: str, kind: str, *, within_s: float = 15.0) -> Json:
        """The facts of the call's first event of this kind, as soon as there is one."""

        async def look() -> Json | None:
            return next((event["facts"] for event in await self.events(call_id) if event["kind"] == kind), None)

        try:
            return await self.happening.see(look, within_s)
        except TimeoutError:
            told = [await self.events(call_id)]
            told += [await self.events(child["id"]) for child in (await self.get("calls", parent_id=call_id))["calls"]]
            raise AssertionError(f"no {kind} within {within_s:g} s: {told}\n{self.log()[-2000:]}") from None

    async def recording(self, folder: Path, **query: str) -> tuple[Json, Path]:
        """The newest recording that fits, once it is closed, and its downloaded WAV."""

        async def look() -> Json | None:
            newest = next(iter((await self.get("recordings", **query))["recordings"]), None)
            return newest if newest and newest["status"] not in ("in-progress", "processing") else None

        found = await self.happening.see(look, 20)
        path = folder / f"{found['id']}.wav"
        async with self.client.get(f"recordings/{found['id']}/audio") as response:
            assert response.ok, await response.text()
            path.write_bytes(await response.read())
        return found, path

    async def _until_it_answers(self) -> None:
        try:
            async with within(_START_S):
                while True:
                    assert self._process is None or self._process.returncode is None, (
                        f"telefoon serve ended: {self.log()}"
                    )
                    try:
                        async with self.client.get(f"{self.address}/healthz"):
                            return
                    except aiohttp.ClientConnectionError:
                        await asyncio.sleep(_START_POLL_S)
        except TimeoutError:
            raise AssertionError(f"telefoon serve does not answer: {self.log()}") from None


@asynccontextmanager
async def platform(
    folder: Path,
    ports: Ports,
    settings: Mapping[str, str] | None = None,
    *,
    number: Mapping[str, str] | None = None,
    notice: str | None = BRIEFLY,
    open_files: int | None = None,
    machine: Mapping[str, str] | None = None,
) -> AsyncIterator[Platform]:
    """A running platform with an account, a key and NUMBER, whose options (as --url) are in `number`.

    `settings` are environment variables without their prefix; `notice` is the account's own announcement in English;
    `open_files` is how many files and sockets it may have open, if that is to be few; `machine` is added to the
    environment: what its machine is like (tests/peers/preloaded.py).
    """
    running = await asyncio.to_thread(prepared, folder, ports, settings, number=number, notice=notice)
    running.open_files = open_files
    running.environment |= machine or {}
    try:
        await running.start()
        yield running
    finally:
        await running.end()


def prepared(
    folder: Path,
    ports: Ports,
    settings: Mapping[str, str] | None = None,
    *,
    number: Mapping[str, str] | None = None,
    notice: str | None = BRIEFLY,
) -> Platform:
    """A platform with its data, not started yet."""
    made = settled(folder, ports, settings)
    made.key = account_with_key(made.data, ACCOUNT, notice)
    if "TELEFOON_DATABASE_URL" in made.environment:
        made.key = key_of_account(made.telefoon, ACCOUNT, notice)
    options = [each for name, value in (number or {}).items() for each in (name, value)]
    made.telefoon("numbers", "add", NUMBER, "--account", ACCOUNT, *options)
    return made


def settled(folder: Path, ports: Ports, settings: Mapping[str, str] | None = None) -> Platform:
    """A platform with its settings and nothing else."""
    config = folder / "telefoon.toml"
    config.touch()
    http_port, sip_port, rtp_port = ports.one(), ports.block(2), ports.block(_RTP_PORTS)
    given = {
        "HTTP_PORT": str(http_port),
        "SIP_PORT": str(sip_port),
        "RTP_PORTS": f"{rtp_port}-{rtp_port + _RTP_PORTS - 1}",
        "DATA_DIR": str(folder / "var"),
        "EGRESS_ALLOW": "127.0.0.0/8",
        "CONFIG": str(config),
        **OF_TESTS,
        **(settings or {}),
    }
    environment = outside() | {f"TELEFOON_{name}": value for name, value in given.items()}
    return Platform(folder, environment, int(given["HTTP_PORT"]), int(given["SIP_PORT"]))


def as_json(text: str) -> Any:
    """What a command printed with --json."""
    return json.loads(text)
