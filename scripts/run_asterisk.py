"""Runs the tests' Asterisk with config/asterisk until Ctrl-C: a carrier and phone network to try Telefoon against.

    python3 -m scripts.run_asterisk

It needs root, as its chroot does, and listens on loopback alone.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from scripts.asterisk_root import asterisk_root
from scripts.failure import SetupFailed, run_main
from scripts.progress import Progress

CONFIG = Path(__file__).resolve().parents[1] / "config" / "asterisk"
TRUNK = "sip:127.0.0.1:5080"
_BOOT_S = 40.0
_STOP_S = 15.0
_POLL_S = 0.2

_DIRECTORIES = """
[directories]
astetcdir => {folder}
astdbdir => {folder}
astkeydir => {folder}
astspooldir => {folder}
astrundir => {folder}
astlogdir => {folder}

[options]
"""


def main() -> None:
    """The command line."""
    if os.geteuid() != 0:
        raise SetupFailed("this Asterisk lives in a chroot: run `make asterisk` as root, or install one of your own.")
    root = asterisk_root(Progress())
    folder = configured(root)
    log = folder / "console.log"
    with log.open("wb") as sink:
        # A session of its own: Ctrl-C is for us, who then end it.
        process = subprocess.Popen(_command(root, folder), stdout=sink, stderr=sink, start_new_session=True)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        _wait_for_boot(process, root, folder, log)
        print(_told(root, folder), flush=True)
        process.wait()
        raise SetupFailed(f"Asterisk ended by itself, with code {process.returncode}. Its log: {log}")
    except KeyboardInterrupt:
        print("Ending Asterisk.", flush=True)
    finally:
        process.terminate()
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def asterisk_conf(folder: str, **options: int) -> str:
    """asterisk.conf of one that keeps all its files in a folder of its own."""
    return _DIRECTORIES.format(folder=folder) + "".join(f"{name} = {value}\n" for name, value in options.items())


def configured(root: Path) -> Path:
    """Its folder in the chroot, with config/asterisk in it; what an earlier run has recorded there stays."""
    folder = root / "tmp" / "telefoon-by-hand"
    folder.mkdir(exist_ok=True)
    shutil.copytree(CONFIG, folder, dirs_exist_ok=True)
    inside = f"/{folder.relative_to(root)}"
    (folder / "asterisk.conf").write_text(asterisk_conf(inside, verbose=1))
    (folder / "site_globals.conf").write_text(f"HEARD = {inside}\n")
    return folder


def _command(root: Path, folder: Path, *more: str) -> list[str]:
    inside = f"/{folder.relative_to(root)}/asterisk.conf"
    return ["chroot", str(root), "asterisk", *(more or ("-f",)), "-C", inside]


def _wait_for_boot(process: subprocess.Popen[bytes], root: Path, folder: Path, log: Path) -> None:
    asking = _command(root, folder, "-rx", "core waitfullybooted")
    ends = time.monotonic() + _BOOT_S
    while process.poll() is None and time.monotonic() < ends:
        told = subprocess.run(asking, capture_output=True, text=True, check=False, errors="replace")
        if "fully booted" in told.stdout:
            return
        time.sleep(_POLL_S)
    raise SetupFailed(f"Asterisk did not start; is another program at {TRUNK}? Its log: {log}")


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _told(root: Path, folder: Path) -> str:
    inside = f"/{folder.relative_to(root)}/asterisk.conf"
    return "\n".join(
        (
            f"Asterisk takes calls at {TRUNK}; its numbers are in config/asterisk/README.md.",
            f"Telefoon beside it:  TELEFOON_TRUNK={TRUNK} .venv/bin/telefoon serve",
            f"What its parties hear is kept in {folder} as heard-NNN.wav.",
            f"Its console:         chroot {root} asterisk -r -C {inside}",
            "Ctrl-C ends it.",
        )
    )


if __name__ == "__main__":
    run_main(main)
