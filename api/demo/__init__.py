"""`make run`: one real call from start to end, told as it happens; then the server goes on."""

import json
from pathlib import Path
from typing import Any, Final

import aiohttp
import uvloop
from rich.console import Console

from api.demo.flow import DIGITS, FLOW, LANGUAGE, PROMPTS
from api.demo.phone import phone
from api.demo.setting import CALLEE, NUMBER, account_with_key, on_loopback
from api.demo.story import tell
from api.http.authentication import HEADER
from api.http.contract import BASE_PATH
from api.logging.logs import write_logs
from api.node.node import RunningNode, open_node
from api.node.open_files import raise_limit
from api.node.own_cores import keep_to
from api.node.private_files import keep_files_private
from api.node.stop_signals import StopSignals
from config.settings import LogFormat, LogLevel, Settings
from engine.aio.waits import race

_RING_S: Final = 1.0
_DIGITS_AFTER_S: Final = 17.0


def run(settings: Settings) -> int:
    """The whole demonstration; the exit code."""
    keep_files_private()
    raise_limit()
    keep_to(settings.cores)
    write_logs(LogFormat.TEXT, LogLevel.WARNING)
    return uvloop.run(_run(settings, Console(highlight=False, soft_wrap=True)))


async def _run(settings: Settings, console: Console) -> int:
    stop = StopSignals.heard().asked  # the demonstration's call is nobody's: it is not waited for
    heard = settings.data_dir.resolve() / "demo-phone-heard.wav"
    heard.parent.mkdir(parents=True, exist_ok=True)
    script = ["--answer-after", str(_RING_S), "--digits", DIGITS, "--digits-after", str(_DIGITS_AFTER_S)]
    async with (
        phone([*script, "--record", str(heard)]) as phone_port,
        open_node(on_loopback(settings, phone_port)) as node,
    ):
        console.print(f"[bold]Telefoon[/] serves at {node.address}; the test phone rings on SIP port {phone_port}.")
        _, key = await account_with_key(node.accounts, node.numbers, LANGUAGE)
        await node.prepare(PROMPTS)
        succeeded = True
        async with race(_perform(node, key, heard, console), stop.wait()) as (performing, stopping):
            if performing.done() and not stop.is_set():
                succeeded = performing.result()
                _explain(node, key, console)
                await stopping
        console.print("Stopping.")
    return 0 if succeeded else 1


async def _perform(node: RunningNode, key: str, heard: Path, console: Console) -> bool:
    order = {"from": NUMBER, "to": CALLEE, "flow": FLOW, "record": True, "tts_language": LANGUAGE}
    async with aiohttp.ClientSession(headers={HEADER: key}) as client:
        console.print(f"\nPOST {BASE_PATH}/calls: {NUMBER} calls {CALLEE}")
        async with client.post(f"{node.address}{BASE_PATH}/calls", json=order) as response:
            placed: dict[str, Any] = await response.json()
            if response.status != 201:
                console.print(f"[red]{placed['detail']}[/]")
                return False
        call = await tell(client, f"{node.address}{BASE_PATH}/calls/{placed['id']}", placed, console)
        url = f"{node.address}{BASE_PATH}/recordings?call_id={placed['id']}"
        async with client.get(url) as response:
            recordings: list[dict[str, Any]] = (await response.json())["recordings"]
    for recording in recordings:
        url = f"{node.address}{recording['audio_url']}"
        console.print(f"  recording: {url} ({recording['seconds']:.1f} s, {recording['channels']} channels)")
    console.print(f"  the phone heard: {heard}")
    console.print(f"  price: {call['price']} {call['price_unit']} for {call['duration']} s")
    return bool(call["status"] == "completed" and recordings)


def _explain(node: RunningNode, key: str, console: Console) -> None:
    body = json.dumps({"from": NUMBER, "to": CALLEE, "flow": FLOW}, separators=(",", ":"))
    console.print(f"\nDocumentation: {node.address}/docs")
    console.print("Place the call again with:\n")
    # Printed raw, on one line: a wrapped line can't be pasted.
    console.out(
        f"curl -X POST {node.address}{BASE_PATH}/calls -H '{HEADER}: {key}' "
        f"-H 'Content-Type: application/json' -d '{body}'",
        highlight=False,
    )
    console.print("\nPress Ctrl-C to stop.")
