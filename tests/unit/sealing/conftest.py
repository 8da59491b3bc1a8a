import resource
import signal
from collections.abc import Callable, Iterator

import pytest


@pytest.fixture
def refused() -> Iterator[Callable[[], None]]:
    """Called, it lets no file of this process grow over 10,000 bytes: the kernel's own refusal, without a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    yield lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    signal.signal(signal.SIGXFSZ, before)
