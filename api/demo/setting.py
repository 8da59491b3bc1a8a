"""The setting of the demonstration: free ports on loopback, a demo account with a key and a number."""

import socket
from typing import Final

from config.settings import Settings
from engine.model.accounts import Account
from engine.model.call_options import NumberOptions
from engine.model.languages import canonical_language
from engine.model.numbers import Number
from engine.store.accounts import Accounts
from engine.store.numbers import Numbers

ACCOUNT: Final = "demo"
NUMBER: Final = "+3225550100"
CALLEE: Final = "+3225550199"


def on_loopback(settings: Settings, phone_port: int) -> Settings:
    """The settings with the phone as trunk; a taken port is replaced by a free one."""
    return settings.model_copy(
        update={
            "http_host": "127.0.0.1",
            "http_port": _free(settings.http_port, socket.SOCK_STREAM),
            "sip_host": "127.0.0.1",
            "sip_port": _free(settings.sip_port, socket.SOCK_STREAM, socket.SOCK_DGRAM),
            "trunk": f"sip:127.0.0.1:{phone_port};transport=udp",
            "trunk_register": False,
            "public_address": None,
            # The story tells what was said and pressed.
            "keep_digits": True,
            "keep_spoken_text": True,
        }
    )


async def account_with_key(accounts: Accounts, numbers: Numbers, language: str) -> tuple[Account, str]:
    """The demo account with its number, and a fresh key; the keys of earlier demonstrations are revoked."""
    account = await accounts.ensure(ACCOUNT)
    for key in await accounts.keys(account.id):
        if key.revoked_at is None:
            await accounts.revoke(key.id)
    _, secret = await accounts.create_key(account.id)
    known: Number | None = await numbers.get(NUMBER)
    if known is None:
        await numbers.add(account.id, NUMBER, NumberOptions(language=canonical_language(language)))
    return account, secret


def _free(port: int, *kinds: socket.SocketKind) -> int:
    for kind in kinds:
        with socket.socket(socket.AF_INET, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1 if kind is socket.SOCK_STREAM else 0)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                probe.bind(("127.0.0.1", 0))
                return int(probe.getsockname()[1])
    return port
