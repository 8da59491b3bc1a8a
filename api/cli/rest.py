"""The REST interface as the command line uses it: with the official contract and a key."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar

import typer

from api.cli.group import FAILED
from engine.errors import InvalidField, TelefoonError

if TYPE_CHECKING:
    import aiohttp

BASE_PATH: Final = "/v1/voice"
_TIMEOUT_S: Final = 30.0
_PIECE_BYTES: Final = 64 * 1024

Key = Annotated[str | None, typer.Option("--key", envvar="TELEFOON_API_KEY", help="API key.", show_envvar=True)]
Server = Annotated[
    str | None,
    typer.Option(envvar="TELEFOON_SERVER", help="Such as http://127.0.0.1:8080; by default from the settings."),
]
T = TypeVar("T")


class RestError(TelefoonError):
    """The server refused, or there is none."""


@dataclass(frozen=True, slots=True)
class Rest:
    """A server's REST interface at `base`, with a key."""

    base: str
    client: "aiohttp.ClientSession"

    async def get(self, path: str, **query: str | int | None) -> dict[str, Any]:
        """Raises RestError, as the others."""
        return await self._ask("GET", path, params={name: value for name, value in query.items() if value is not None})

    async def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        return await self._ask("POST", path, json=body)

    async def delete(self, path: str) -> dict[str, Any]:
        return await self._ask("DELETE", path)

    async def download(self, path: str, file: Path, **query: str) -> int:
        """Write the body to a file, whole or not at all; gives its size in bytes. Raises InvalidField for the file."""
        import aiohttp

        part = file.with_name(f".{file.name}.part")
        try:
            async with self.client.get(f"{self.base}{path}", params=query, timeout=aiohttp.ClientTimeout()) as response:
                if response.status >= 400:
                    raise refusal(response, await response.text())
                size = 0
                with part.open("wb") as sink:
                    async for piece in response.content.iter_chunked(_PIECE_BYTES):
                        size += sink.write(piece)
            part.replace(file)
            return size
        except (aiohttp.ClientError, TimeoutError) as error:
            raise RestError(f"{self.base} broke off: {str(error) or type(error).__name__}.") from None
        except OSError as error:
            raise InvalidField("to", f"{file} can't be written: {error.strerror}.") from None
        finally:
            part.unlink(missing_ok=True)

    async def _ask(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        import aiohttp

        try:
            async with self.client.request(method, f"{self.base}{path}", **more) as response:
                text = await response.text()
        except aiohttp.ClientConnectorError as error:
            code = error.os_error.errno
            reason = os.strerror(code) if code and code > 0 else error.strerror
            raise RestError(f"No server answers at {self.base}: {reason}. Start one with: telefoon serve") from None
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise RestError(f"{self.base} can't be asked: {str(error) or type(error).__name__}.") from None
        if response.status >= 400:
            raise refusal(response, text)
        return _parsed(text)


def with_rest(key: str | None, server: str | None, work: Callable[[Rest], Awaitable[T]]) -> T:
    """Run `work` with the server's REST interface; Ctrl-C ends the waiting."""
    from api.cli.stopping import unless_stopped

    async def run() -> tuple[T]:
        async with _rest(key, server) as rest:
            return (await work(rest),)

    done = asyncio.run(unless_stopped(run()))
    if done is None:
        raise typer.Exit(FAILED)
    return done[0]


@asynccontextmanager
async def _rest(key: str | None, server: str | None) -> AsyncIterator[Rest]:
    import aiohttp

    if not key:
        raise RestError(
            "A key is needed: --key or TELEFOON_API_KEY. Make one with: telefoon keys create --account NAME"
        )
    timeout = aiohttp.ClientTimeout(total=_TIMEOUT_S)
    at, certificate = (server, True) if server else _own_server()
    connector = aiohttp.TCPConnector(ssl=certificate)
    async with aiohttp.ClientSession(headers={"X-API-Key": key}, timeout=timeout, connector=connector) as client:
        yield Rest(f"{at.rstrip('/')}{BASE_PATH}", client)


def _own_server() -> "tuple[str, aiohttp.Fingerprint | bool]":
    """The address of the server with these settings, and the certificate that it must have."""
    from api.doctor.server import address, own_certificate
    from config.settings import load

    settings = load()
    return address(settings), own_certificate(settings)


def _parsed(text: str) -> dict[str, Any]:
    try:
        told = json.loads(text) if text else {}
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def refusal(response: "aiohttp.ClientResponse", text: str) -> RestError:
    """An answer's problem document (RFC 9457) as an error in one line."""
    status, problem = response.status, _parsed(text)
    said = str(problem.get("detail") or problem.get("title") or f"the server answered {status} {response.reason or ''}")
    errors = [each for each in problem.get("errors", []) if str(each.get("detail")) not in said]
    return RestError(
        " ".join((f"{status}: {said}", *(f"{each.get('field')}: {each.get('detail')}" for each in errors)))
    )
