"""Folders for unfinished work, named after their process, so that a dead one's can be removed."""

import os
import shutil
import tempfile
from pathlib import Path


def scratch_folder(parent: Path) -> Path:
    """A new folder in `parent`, which is made if need be. Its maker removes it."""
    parent.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=parent))


def remove_orphans(parent: Path) -> None:
    """Remove the folders of processes that are gone."""
    for folder in parent.glob("*-*"):
        owner = folder.name.partition("-")[0]
        if owner.isdecimal() and not _alive(int(owner)):
            shutil.rmtree(folder, ignore_errors=True)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
