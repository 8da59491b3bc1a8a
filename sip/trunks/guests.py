"""Accounts for dialled SIP addresses that ask for a user and a password of their own."""

from collections.abc import Callable
from typing import Final

import pjsua2 as pj

from engine.errors import SipError
from engine.model.trunk import AddressFamily
from sip.config import SipConfig
from sip.trunks.account import OnInvite, SipAccount
from sip.trunks.account_config import account_config

GUEST_LIMIT: Final = 64
"""Accounts for credentials of dialled SIP addresses that are kept for the next call."""


class PerCallCredentials:
    """An account for each pair of user and password that dialled SIP addresses ask for (RFC 3261 §22).

    Each is of one IP version.

    Lives on the SIP thread.
    """

    def __init__(self, config: SipConfig, uses: Callable[[pj.Account], bool]) -> None:
        self._config = config
        self._uses = uses
        self._accounts: dict[tuple[str, str, AddressFamily], SipAccount] = {}

    def account(self, user: str, password: str, family: AddressFamily, on_invite: OnInvite) -> SipAccount:
        """The account for these credentials. Raises SipError if too many are in use at once."""
        key = (user, password, family)
        account = self._accounts.pop(key, None)
        if account is None:
            self._make_room()
            account = SipAccount(on_invite)
            config = account_config(self._config, family)
            config.sipConfig.authCreds.append(pj.AuthCredInfo("digest", "*", user, 0, password))
            account.create(config)
        self._accounts[key] = account
        return account

    def close(self) -> None:
        """End them all."""
        for account in self._accounts.values():
            account.shutdown()
        self._accounts.clear()

    def _make_room(self) -> None:
        if len(self._accounts) < GUEST_LIMIT:
            return
        idle = next((key for key, account in self._accounts.items() if not self._uses(account)), None)
        if idle is None:
            raise SipError(f"Calls with {GUEST_LIMIT} different SIP passwords are up already; try again later.")
        self._accounts.pop(idle).shutdown()
