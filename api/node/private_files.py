"""The files that a process makes are for its user alone."""

import os


def keep_files_private() -> None:
    """Recordings, prompts and the database are for this process's user alone."""
    os.umask(0o077)
