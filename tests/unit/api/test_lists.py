"""Lists: cursors that stay true while rows come, and filters by date."""

import pytest

from tests.unit.api.conftest import NUMBER, TO, Site


async def placed(site: Site, number: int) -> list[str]:
    answers = [await site.request("POST", "calls", json={"to": TO, "from": NUMBER}) for _ in range(number)]
    return [call["id"] for _, call, _ in answers]


async def test_a_cursor_gives_every_row_once_also_while_new_ones_come(site: Site) -> None:
    old = await placed(site, 5)
    _, first, _ = await site.request("GET", "calls?page_size=2")
    await placed(site, 3)
    seen = [call["id"] for call in first["calls"]]
    cursor = first["next_cursor"]
    while cursor:
        _, more, _ = await site.request("GET", f"calls?page_size=2&cursor={cursor}")
        seen += [call["id"] for call in more["calls"]]
        cursor = more.get("next_cursor")

    assert seen == old[::-1]


@pytest.mark.parametrize("cursor", ["x", "bnVsbA==", "WzEsMl0=", "é"])
async def test_a_cursor_that_is_none_of_ours_is_named(site: Site, cursor: str) -> None:
    status, problem, _ = await site.request("GET", "calls", params={"cursor": cursor})

    assert (status, problem["errors"][0]["field"]) == (422, "cursor")


@pytest.mark.parametrize(
    ("path", "name"),
    [("calls", "start_time"), ("conferences", "date_created"), ("recordings", "started")],
)
async def test_every_list_is_filtered_by_date(site: Site, path: str, name: str) -> None:
    await placed(site, 1)
    await site.request("POST", "conferences", json={"friendly_name": "Room"})

    _, before, _ = await site.request("GET", f"{path}?{name}_before=2020-01-01T00:00:00Z")
    _, after, _ = await site.request("GET", f"{path}?{name}_after=2020-01-01T00:00:00Z")

    assert before["total"] == 0
    assert after["total"] == (0 if path == "recordings" else 1)
