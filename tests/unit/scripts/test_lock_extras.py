"""Extras: what each needs beside the product's own packages, and which may be named."""

from __future__ import annotations

import pytest

from scripts.failure import SetupFailed
from scripts.lock_extras import CHECKOUT, EXTRAS, beside, entries, lock_of
from scripts.setup import chosen_extras

BASE = "aiohttp==3.1 \\\n    --hash=sha256:aa\n    # via telefoon\n"
WHOLE = BASE.replace("aa", "bb") + "ctranslate2==4.5 \\\n    --hash=sha256:cc \\\n    --hash=sha256:dd\n"


def test_only_what_the_base_lacks_is_listed_with_all_its_hashes() -> None:
    assert beside(WHOLE, BASE) == "ctranslate2==4.5 \\\n    --hash=sha256:cc \\\n    --hash=sha256:dd\n"


@pytest.mark.promise
@pytest.mark.parametrize("extra", EXTRAS)
def test_each_extra_is_locked_with_hashes_and_repeats_nothing_of_the_base(extra: str) -> None:
    locked = entries(lock_of(extra).read_text())
    base = (CHECKOUT / "requirements.lock").read_text()

    assert locked
    assert all("--hash=sha256:" in entry for entry in locked)
    assert beside("".join(locked), base) == "".join(locked)


def test_extras_are_named_in_any_order_and_an_unknown_one_is_refused() -> None:
    assert chosen_extras("speech, piper") == ("piper", "speech")
    assert chosen_extras("") == ()
    with pytest.raises(SetupFailed, match="there is no extra video; there are piper"):
        chosen_extras("video")
