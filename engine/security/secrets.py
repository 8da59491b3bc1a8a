"""API keys and the pepper with which they are hashed."""

import hashlib
import hmac
import secrets
import string
from pathlib import Path
from typing import Final

from engine.errors import SetupError
from engine.security.private_file import create, require_private

PEPPER_BYTES: Final = 32
HINT_LENGTH: Final = 4
PEPPER_FILE: Final = "pepper"
_PREFIX: Final = "SK"
_KEY_LENGTH: Final = 40
"""Characters after the prefix; 62 ** 40 is more than 2 ** 238, so that a fast hash is enough."""
_ALPHABET: Final = string.ascii_letters + string.digits


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
    path = data_dir / PEPPER_FILE
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            create(path, secrets.token_bytes(PEPPER_BYTES))
        require_private(path)
        pepper = path.read_bytes()
    except OSError as error:
        raise SetupError(f"The secret file {path} can't be used: {error.strerror}.") from error
    if len(pepper) != PEPPER_BYTES:
        raise SetupError(
            f"{path} has {len(pepper)} bytes, not {PEPPER_BYTES}. Restore it from a backup, or remove it and "
            "make new API keys: the old ones are of no use without it."
        )
    return pepper
