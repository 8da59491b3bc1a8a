"""Which bytes are sent, and for how long: by TELEFOON_TESTS_FUZZ_SEED and TELEFOON_TESTS_FUZZ_MINUTES."""

import os
from typing import Final

SEED: Final = int(os.environ.get("TELEFOON_TESTS_FUZZ_SEED", "1"))
MINUTES: Final = float(os.environ.get("TELEFOON_TESTS_FUZZ_MINUTES", "1"))
