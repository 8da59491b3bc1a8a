"""A data folder with an account in it and its key, which is made once in a run and then copied."""

import os
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.peers import commands
from tests.peers.prompts import render_own_sentences
from tests.running.once import made_once, run_apart


def account_with_key(data: Path, account: str, notice: str | None) -> str:
    """Fill the data folder; the key. `notice` is the account's own announcement in English, instead of ours."""
    template = account_template(account, notice)
    shutil.copytree(template / "var", data, dirs_exist_ok=True)
    return (template / "key").read_text()


def account_template(account: str, notice: str | None) -> Path:
    """A folder with the data folder `var`, its spoken sentences made, and the `key` in a file."""
    name = f"data-of-{account}-{notice}" if notice else f"data-of-{account}"
    return made_once(name, partial(_make_template, account=account, notice=notice))


def outside() -> dict[str, str]:
    """The environment without settings of the product."""
    return {name: value for name, value in os.environ.items() if not name.startswith("TELEFOON_")}


def key_of_account(telefoon: Callable[..., str], account: str, notice: str | None) -> str:
    """Make the account where these commands make it, beyond what is in a data folder; its key."""
    key = telefoon("keys", "create", "--account", account).split()[-1]
    # Extensions behind Asterisk are longer than numbers of Brussels: no plan knows them.
    telefoon("policies", "set", "--set", "allowed_prefixes=+32255")
    if notice:
        telefoon("accounts", "text", account, "announcement", "--language", "en", "--text", notice)
    return key


def _make_template(folder: Path, *, account: str, notice: str | None) -> None:
    folder.mkdir()
    (folder / "telefoon.toml").touch()
    settings = {"TELEFOON_DATA_DIR": str(folder / "var"), "TELEFOON_CONFIG": str(folder / "telefoon.toml")}
    telefoon = partial(commands.printed_by, environment=outside() | settings)
    (folder / "key").write_text(key_of_account(telefoon, account, notice))
    run_apart(render_own_sentences(folder / "var", *([notice] if notice else [])))
