"""API keys and the pepper with which they are hashed."""

import hashlib
import hmac
import os
import secrets
import stat
import string
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

from engine.errors import SetupError

PEPPER_BYTES: Final = 32
HINT_LENGTH: Final = 4
_FILE: Final = "pepper"
_PREFIX: Final = "SK"
_KEY_LENGTH: Final = 40
"""Characters after the prefix; 62 ** 40 is more than 2 ** 238, so that a fast hash is enough."""
_ALPHABET: Final = string.ascii_letters + string.digits
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def new_key() -> str:
    """A key that nobody can guess: SK and 40 letters and digits."""
    return _PREFIX + "".join(secrets.choice(_ALPHABET) for _ in range(_KEY_LENGTH))


def digest(key: str, pepper: bytes) -> bytes:
    """What is stored of a key: HMAC-SHA-256 (RFC 2104), 32 bytes."""
    return hmac.digest(pepper, key.encode(errors="surrogatepass"), hashlib.sha256)


def same(one: bytes, other: bytes) -> bool:
    """Compares in a time that does not tell where the two differ."""
    return hmac.compare_digest(one, other)


def load_pepper(data_dir: Path) -> bytes:
    """The pepper of this data folder, made at first use, readable by its owner alone. Raises SetupError."""
    path = data_dir / _FILE
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _make(path)
        if path.stat().st_mode & _OTHERS:
            raise SetupError(f"{path} can be read by others. Run: chmod 600 {path}")
        pepper = path.read_bytes()
    except OSError as error:
        raise SetupError(f"The secret file {path} can't be used: {error.strerror}.") from error
    if len(pepper) != PEPPER_BYTES:
        raise SetupError(
            f"{path} has {len(pepper)} bytes, not {PEPPER_BYTES}. Restore it from a backup, or remove it and "
            "make new API keys: the old ones are of no use without it."
        )
    return pepper


def _make(path: Path) -> None:
    """Whole or not at all, also after a power cut; of two processes, the first one's is kept."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(PEPPER_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            path.hardlink_to(name)
        _sync_folder(path.parent)
    finally:
        Path(name).unlink()


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
