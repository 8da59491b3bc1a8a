"""The first test of each folder starts servers and phones as users do; the others may take a quicker way."""

from typing import Final

import pytest

AS_USERS_DO: Final = "as_users_do"


class Starting:
    """Whether the test that runs now executes the command `telefoon`."""

    def __init__(self) -> None:
        self.as_users_do = True

    def begin(self, item: pytest.Item) -> None:
        self.as_users_do = item.get_closest_marker(AS_USERS_DO) is not None


STARTING: Final = Starting()


def starts_as_users_do() -> bool:
    """Asked by whoever starts a process of the product."""
    return STARTING.as_users_do


def mark_first_of_each_folder(items: list[pytest.Item]) -> None:
    """In the order of collection, so that it is the same test in each run of a folder, and one in a run of one file."""
    seen = set()
    for item in items:
        if item.path.parent not in seen:
            seen.add(item.path.parent)
            item.add_marker(AS_USERS_DO)
