"""A program's sound that waits on a simulated stream, with its marks in between."""

import numpy as np

from api.doctor.programs.played_row import PlayedRow

FRAME = 160


def row_of(*pieces: int | str) -> PlayedRow:
    """Pieces of so many samples, and marks."""
    row = PlayedRow(FRAME, 8000)
    for piece in pieces:
        row.mark(piece) if isinstance(piece, str) else row.add(np.ones(piece, np.int16))
    return row


def played(row: PlayedRow, frames: int) -> list[tuple[int, list[str]]]:
    """Samples and marks of so many frames."""
    taken = (row.take() for _ in range(frames))
    return [(len(samples), marks) for samples, marks in taken]


def test_a_mark_comes_when_all_before_it_was_heard_and_the_first_sound_after_the_cushion() -> None:
    row = row_of("first", 200, "second", 120, "third")

    assert played(row, 5) == [(0, ["first"]), (0, []), (160, []), (160, ["second", "third"]), (0, [])]


def test_what_is_cleared_is_heard_no_more_and_its_marks_go_back() -> None:
    row = row_of(400, "said", 100, "more")
    played(row, 3)

    assert row.clear() == (340, ["said", "more"])
    assert played(row, 1) == [(0, [])]


def test_what_is_beyond_ten_minutes_is_refused() -> None:
    row = row_of(600 * 8000 + 30, 20)

    assert (row.waiting, row.refused) == (600 * 8000, 50)
