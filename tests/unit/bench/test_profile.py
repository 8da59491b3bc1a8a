"""What perf and py-spy print becomes shares by thread and by function, and a section of docs/performance.md."""

from collections import Counter

from bench.profile.results import largest, section
from bench.profile.samples import busiest, by_python_function, by_thread, pool_of, shares

PERF = [
    "           clock      7fbf2b8fcc8e resample_one (/usr/lib/libspeexdsp.so.1)",
    "           clock      7fbf2b8fcc8e std::deque<short, std::allocator<short> >::push (/venv/_pjsua2.so)",
    "           clock      7fbf2b9aee17 [unknown] (/usr/lib/libspeexdsp.so.1)",
    "  sqlite reader_0      7fbf2b9aee17 sqlite3VdbeExec (/usr/lib/libsqlite3.so)",
    "  sqlite reader_1      7fbf2b9aee17 sqlite3VdbeExec (/usr/lib/libsqlite3.so)",
    "",
]
STACKS = [
    "serve (api/node/process.py);run (/venv/engine/live/session/session.py);select (selectors.py) 3",
    "serve (api/node/process.py) 1",
    "_worker (concurrent/futures/thread.py) 9",
]
PROFILE = {
    "measured_at": "2026-11-29T03:00:00+00:00", "revision": "abc1234", "cpu": "a processor", "cores": 2,
    "load": 200, "cpu_ms_per_call_second": 2.5,
    "threads": {
        "clock": {"share": 0.6, "functions": {"resample": 0.5, "sendto": 0.1}},
        "media": {"share": 0.4, "functions": {"recvfrom": 0.3}},
    },
    "python": {"engine/live/session/session.py run": 0.75},
}  # fmt: skip


def test_samples_are_counted_by_thread_and_function_and_a_nameless_one_goes_by_its_library() -> None:
    threads = by_thread(PERF)

    assert threads["clock"] == Counter(
        {"resample_one": 1, "std::deque<short, std::allocator<short> >::push": 1, "libspeexdsp.so.1": 1}
    )


def test_threads_of_a_pool_are_one() -> None:
    assert by_thread(PERF)["sqlite reader"] == Counter({"sqlite3VdbeExec": 2})
    assert busiest(by_thread(PERF), 1) == ["clock"]
    assert pool_of("4711") == "4711"


def test_what_a_library_does_counts_as_the_function_of_ours_that_called_it() -> None:
    found = by_python_function(STACKS)

    assert found == Counter({"engine/live/session/session.py run": 3, "api/node/process.py serve": 1})


def test_shares_are_of_all_also_where_few_are_named() -> None:
    assert shares({"a": 3, "b": 1}, most=1) == {"a": 0.75}
    assert shares({"a": 3, "b": 1}, most=2, whole=8) == {"a": 0.375, "b": 0.125}
    assert shares({}, most=3) == {}


def test_the_page_has_a_line_for_each_thread_and_the_pictures() -> None:
    text = section(PROFILE)

    assert "200 calls at once: 2.50 ms of CPU a call-second" in text
    assert "| `clock` | 60.0 % | `resample` 50.0 %, `sendto` 10.0 % |" in text
    assert "](performance/profile-threads.svg)" in text
    assert largest(PROFILE, 2) == [("clock", "resample", 0.5), ("media", "recvfrom", 0.3)]
