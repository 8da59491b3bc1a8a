"""Real PKCS #11 tokens, of SoftHSM, in a folder of the test's own."""

import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from scripts.progress import Progress
from scripts.softhsm import MODULE, SOFTHSM, UTILITY

PIN: Final = "4711-geheim"
_CONF: Final = """\
directories.tokendir = {folder}
objectstore.backend = file
log.level = ERROR
"""


@dataclass(frozen=True, slots=True)
class SoftHsm:
    """`environment` is what a process needs to see the tokens."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        return {"SOFTHSM2_CONF": str(self.folder / "softhsm2.conf")}

    @property
    def module(self) -> Path:
        return _unpacked() / MODULE

    def add_token(self, label: str) -> None:
        """An empty one, which PIN opens."""
        command: list[str | Path] = [
            _unpacked() / UTILITY,
            "--module",
            self.module,
            "--init-token",
            "--free",
            "--label",
            label,
        ]
        subprocess.run(
            [*command, "--so-pin", "12345678", "--pin", PIN],
            env=self.environment,
            check=True,
            capture_output=True,
            timeout=30,
        )

    def place(self, token: str, pin_source: str, label: str = "telefoon") -> str:
        """The place of the key as the setting has it behind `kms:pkcs11:`."""
        return f"token={token};object={label}?module-path={self.module}&pin-source={pin_source}"


def softhsm(folder: Path) -> SoftHsm:
    """Without a token yet."""
    folder.mkdir()
    (folder / "softhsm2.conf").write_text(_CONF.format(folder=folder))
    return SoftHsm(folder)


def pin_file(folder: Path) -> Path:
    """A file with the PIN, for its owner alone."""
    file = folder / "pin"
    file.write_text(f"{PIN}\n")
    file.chmod(0o600)
    return file


@cache
def _unpacked() -> Path:
    return SOFTHSM.made(Progress())
