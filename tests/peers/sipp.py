"""SIPp as a real far end: runs one scenario, and tells every message as it was on the wire."""

import asyncio
import re
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from engine.model.hosts import before_port
from tests.peers.ports import Ports
from tests.peers.sip_message import SipMessage
from tests.peers.waiting import eventually, within

NUMBER: Final = "+3225550100"
LONGEST_S: Final = 300
"""So long a run of SIPp may last, where a test says nothing else; then it ends, and its calls with it."""
_COMPLAINTS: Final = "complaints.log"
_ENTRY: Final = re.compile(r"^-{20,} .*\n\w+ message (sent|received) [^\n]*:\n\n", re.MULTILINE)


@dataclass(slots=True)
class Sipp:
    """A running scenario. `port` is the far end's SIP port."""

    port: int
    folder: Path
    process: asyncio.subprocess.Process

    @property
    def messages(self) -> list[SipMessage]:
        """Everything sent and received so far, in order."""
        trace = self.folder / "messages.log"
        if not trace.exists():
            return []
        parts = _ENTRY.split(trace.read_text(errors="replace"))[1:]
        pairs = zip(parts[::2], parts[1::2], strict=True)
        return [SipMessage.read(text, sent=kind == "sent") for kind, text in pairs if text.strip()]

    def received(self, summary: str) -> list[SipMessage]:
        """What came in with this summary, such as "INVITE" or "200 INVITE"."""
        return self._told(summary, sent=False)

    async def gets(self, summary: str, *, times: int = 1, within_s: float = 10.0) -> SipMessage:
        """The message of this summary that came in as number `times`."""
        return await self._sees(summary, times, within_s, sent=False)

    async def sends(self, summary: str, *, within_s: float = 10.0) -> SipMessage:
        """The first message of this summary that went out."""
        return await self._sees(summary, 1, within_s, sent=True)

    async def finishes(self, *, within_s: float = 20.0) -> None:
        """Wait for the scenario's end; it must have gone as written."""
        try:
            async with within(within_s):
                await self.process.wait()
        except TimeoutError:
            raise AssertionError(f"the scenario did not end within {within_s:g} s: {self.story()}") from None
        assert self.process.returncode == 0, f"{self.story()}; {self.state()}"

    async def _sees(self, summary: str, times: int, within_s: float, *, sent: bool) -> SipMessage:
        return await eventually(
            lambda: found[times - 1] if len(found := self._told(summary, sent=sent)) >= times else None,
            within_s=within_s,
            otherwise=lambda: f"{summary} number {times}; the wire had {self.story()}; {self.state()}",
        )

    def _told(self, summary: str, *, sent: bool) -> list[SipMessage]:
        return [each for each in self.messages if each.sent == sent and each.summary == summary]

    def story(self) -> list[str]:
        """All messages of the wire, in their order."""
        return [f"{'>' if each.sent else '<'} {each.summary}" for each in self.messages]

    def state(self) -> str:
        """Whether SIPp runs, and what it complained of."""
        code = self.process.returncode
        return f"SIPp {'runs' if code is None else f'ended with {code}'}: {self.complaints()[-2000:]}"

    def complaints(self) -> str:
        """What SIPp wrote to its standard error."""
        return (self.folder / _COMPLAINTS).read_text(errors="replace")


@asynccontextmanager
async def sipp(
    xml: str, ports: Ports, *, target: int | None = None, service: str = NUMBER, transport: str = "u1",
    keys: Mapping[str, object] | None = None, calls: int = 1, per_second: int = 10, port: int | None = None,
    host: str = "127.0.0.1", target_host: str = "", is_called: bool = False, longest_s: int = LONGEST_S,
) -> AsyncIterator[Sipp]:  # fmt: skip
    """Run a scenario `calls` times: as caller at the target's port, or as callee if there is none.

    The target is on the same host unless another is named. It has a free port if none is given. `is_called` is for a
    callee that knows the target too. After `longest_s` it ends, and answers nothing more.
    """
    with tempfile.TemporaryDirectory(prefix="sipp-") as name:
        folder = Path(name)
        (folder / "scenario.xml").write_text(xml)
        port = port or ports.one()
        given = [part for key, value in (keys or {}).items() for part in ("-key", key, str(value))]
        command = [
            "sipp", "-sf", "scenario.xml", "-nostdin", "-m", str(calls), "-r", str(per_second), "-s", service,
            "-i", host, "-p", str(port), "-t", transport, "-cp", str(ports.one()), "-mp", str(ports.block(4)),
            "-timeout", str(longest_s), "-timeout_error", *given,
            "-trace_msg", "-message_file", "messages.log", "-trace_err", "-error_file", "errors.log",
        ]  # fmt: skip
        if target is not None:
            command.append(f"{before_port(target_host or host)}:{target}")
        with (folder / _COMPLAINTS).open("wb") as complaints:
            process = await asyncio.create_subprocess_exec(
                *command, cwd=folder, stdout=asyncio.subprocess.DEVNULL, stderr=complaints
            )
        running = Sipp(port, folder, process)
        try:
            if is_called or target is None:
                # A callee must listen before we call; SIPp opens its trace at its start.
                await eventually(
                    _listens(port, transport, ipv6=":" in host),
                    within_s=10,
                    otherwise=lambda: f"SIPp listens; {running.state()}",
                )
            yield running
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


def _listens(port: int, transport: str, *, ipv6: bool) -> Callable[[], bool]:
    table = Path("/proc/net", ("tcp" if transport.startswith(("t", "l")) else "udp") + ("6" if ipv6 else ""))
    return lambda: f":{port:04X} " in table.read_text()
