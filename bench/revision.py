"""Another revision of this product, ready to run: a worktree in the cache with an environment of its own."""

import subprocess
import sys
from pathlib import Path

from bench.scenario import CHECKOUT
from scripts.cache import cache_root


def checkout_of(revision: str) -> Path:
    """Made if the cache lacks it, which takes minutes where its media library must be built.

    Raises ValueError for a revision that there is not, and CalledProcessError where it can't be set up.
    """
    commit = _git("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    if not commit:
        raise ValueError(f"there is no revision {revision}")
    place = cache_root() / "bench" / commit[:12]
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["git", "worktree", "add", "--detach", str(place), commit], cwd=CHECKOUT, check=True)
    subprocess.run([sys.executable, "-m", "scripts.setup"], cwd=place, check=True)
    return place


def _git(*arguments: str) -> str:
    """What it prints; nothing where it fails."""
    done = subprocess.run(["git", *arguments], cwd=CHECKOUT, check=False, capture_output=True, text=True)
    return done.stdout.strip()
