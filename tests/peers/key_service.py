"""A package of somebody else's that brings a key service, really installed, in a folder of the test's own."""

import subprocess
import sys
from pathlib import Path
from typing import Final

_SETUP: Final = """\
from setuptools import setup

setup(
    name="telefoon-vault",
    version="1.0",
    py_modules=["telefoon_vault"],
    extras_require={"broken": ["no-such-driver"]},
    entry_points={
        "telefoon.master_keys": [
            "vault=telefoon_vault:Vault",
            "stuck=telefoon_vault:Stuck",
            "silent=telefoon_vault:Silent",
            "failing=telefoon_vault:Failing",
            "careless=telefoon_vault:Careless",
            "broken=telefoon_vault_driver:Vault",
        ]
    },
)
"""
_MODULE: Final = '''\
"""Keeps its keys in a file, as a service keeps them in its own store."""

import asyncio
import time
from pathlib import Path

from engine.recordings.encryption.master_keys import MasterKeyFile


class Vault(MasterKeyFile):
    def __init__(self, place):
        super().__init__(Path(place))


class Stuck(Vault):
    """Blocks its thread."""

    async def wrap(self, key, context):
        time.sleep(3600)


class Silent(Vault):
    """Waits for what never comes."""

    async def wrap(self, key, context):
        await asyncio.Event().wait()


class Failing(Vault):
    async def wrap(self, key, context):
        raise ConnectionError("vault.example is sealed")


class Careless(Vault):
    async def wrap(self, key, context):
        return b"a wrapped key"
'''


def installed(folder: Path) -> Path:
    """The folder to put on the module path."""
    source, target = folder / "source", folder / "site"
    source.mkdir()
    (source / "setup.py").write_text(_SETUP)
    (source / "telefoon_vault.py").write_text(_MODULE)
    uv = Path(sys.executable).with_name("uv")
    command: list[str | Path] = [
        uv,
        "pip",
        "install",
        "--quiet",
        "--offline",
        "--no-deps",
        "--no-build-isolation",
        "--target",
        target,
    ]
    subprocess.run([*command, "--python", sys.executable, source], check=True, capture_output=True, timeout=120)
    return target
