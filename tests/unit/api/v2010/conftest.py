from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from engine.model.accounts import Account
from tests.unit.api.conftest import Site

Pairs = Mapping[str, str] | Sequence[tuple[str, str]]


@dataclass(slots=True)
class Program:
    """A program that speaks /2010-04-01, with the account's id and a secret."""

    site: Site
    account: Account
    user: str
    secret: str

    async def get(self, path: str, **filters: str) -> tuple[int, Any]:
        """Status and body; `path` is below the account, without .json."""
        return await self.ask("GET", f"{self.place(path)}.json", params=filters)

    async def post(self, path: str, form: Pairs) -> tuple[int, Any]:
        return await self.ask("POST", f"{self.place(path)}.json", data=form)

    def place(self, path: str) -> str:
        return f"/2010-04-01/Accounts/{self.account.id}{f'/{path}' if path else ''}"

    async def ask_without_body(self, method: str, path: str) -> int:
        """The status of an answer that has no body."""
        headers = {"Authorization": aiohttp.encode_basic_auth(self.user, self.secret)}
        async with self.site.client.request(method, f"{self.site.address}{path}", headers=headers) as response:
            assert await response.read() == b""
            return response.status

    async def ask(self, method: str, path: str, **more: Any) -> tuple[int, Any]:
        headers = {"Authorization": aiohttp.encode_basic_auth(self.user, self.secret)}
        async with self.site.client.request(method, f"{self.site.address}{path}", headers=headers, **more) as response:
            return response.status, await response.json() if response.content_type.endswith("json") else None


@pytest.fixture
async def program(site: Site) -> Program:
    account = await site.services.stores.accounts.by_name("demo")
    assert account is not None
    return Program(site, account, account.id, site.key)
