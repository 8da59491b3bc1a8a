"""Has atheris look for bytes that a reader stumbles on, by the branches that they take.

python -m tests.unit.readers.with_atheris CORPUS SEED SECONDS      ends with another code than 0 at the first it finds
"""

import sys
from pathlib import Path
from typing import Final

import atheris

with atheris.instrument_imports(include=["engine", "sip", "api", "json"], enable_loader_override=False):
    from tests.unit.readers.targets import TARGETS

from tests.unit.readers.seeds import SEEDS

NAMES: Final = tuple(TARGETS)
LONGEST_BYTES: Final = 4096


def read(data: bytes) -> None:
    """The first byte says by which reader."""
    if data:
        TARGETS[NAMES[data[0] % len(NAMES)]](data[1:])


def main() -> None:
    folder, seed, seconds = sys.argv[1:]
    for number, name in enumerate(NAMES):
        for index, data in enumerate(SEEDS[name]):
            Path(folder, f"{name}-{index}").write_bytes(bytes((number,)) + data)
    atheris.Setup(
        [sys.argv[0], f"-seed={seed}", f"-max_total_time={seconds}", f"-max_len={LONGEST_BYTES}",
         f"-artifact_prefix={folder}/", folder],
        read,
    )  # fmt: skip
    atheris.Fuzz()


if __name__ == "__main__":
    main()
