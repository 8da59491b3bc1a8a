"""Whether pjsua2 is the one that this project builds: others have room for four calls."""

import importlib
import importlib.util
from collections.abc import Mapping
from types import ModuleType
from typing import Final

from engine.errors import SetupError

NEEDED: Final[Mapping[str, int]] = {
    "PJSUA_MAX_CALLS": 1024,
    "PJSUA_MAX_CONF_PORTS": 4096,
    "PJSUA_MAX_PLAYERS": 1024,
    "PJSUA_MAX_RECORDERS": 1024,
    "PJSUA_MAX_ACC": 256,
    "PJ_IOQUEUE_MAX_HANDLES": 8192,
}

REBUILD: Final = "Build it with: make setup"


def require_limits() -> None:
    """Raises SetupError where pjsua2 is absent or built with smaller limits."""
    record = _module("pjsua2_build")
    if record is None:
        if importlib.util.find_spec("pjsua2") is None:
            raise SetupError(f"pjsua2 is not installed. {REBUILD}")
        raise SetupError(
            "The pjsua2 that is installed was not built by this project: such builds have room for 4 calls. "
            f"Remove it (pip uninstall pjsua2). {REBUILD}"
        )
    small = [f"{name} is {has}, not {needs}" for name, has, needs in _limits(record) if has < needs]
    if small:
        raise SetupError(f"pjsua2 was built too small: {', '.join(small)}. {REBUILD}")
    if _module("pjsua2") is None:
        raise SetupError(f"pjsua2 is installed but can't be loaded. {REBUILD}")


def _limits(record: ModuleType) -> list[tuple[str, int, int]]:
    limits: Mapping[str, int] = getattr(record, "LIMITS", {})
    return [(name, limits.get(name, 0), needed) for name, needed in NEEDED.items()]


def _module(name: str) -> ModuleType | None:
    try:
        return importlib.import_module(name)
    except ImportError:
        return None
