"""Workers that hang, crash and are cancelled: with real processes and real signals."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.peers.waiting import eventually, within
from tests.running.pace import patience
from tts.pool import JobRefused, JobTimedOut, PoolError, PoolFull, WorkerDied, WorkerPool

pytestmark = pytest.mark.processes

WARM = {"do": "warm", "voices": []}


@pytest_asyncio.fixture
async def pool(tmp_path: Path) -> AsyncIterator[WorkerPool]:
    pool = WorkerPool(tmp_path / "workers", size=1, queue_limit=1)
    await pool.run(WARM, timeout_s=30)
    yield pool
    await pool.close()


def speaking(out: Path, text: str = "Hello.", rate: int | None = None) -> dict[str, Any]:
    manner = {"rate": 100, "volume": 100, "pitch": 100, "emphasis": None, "spelled": False}
    return {
        "do": "speak",
        "script": [{"language": "en-GB", "words": [{"text": text, "manner": manner}], "voice": None}],
        "voices": [["pyttsx3", "gmw/en"]],
        "rate": rate,
        "rate_hz": 8000,
        "out": str(out),
    }


async def until_waiting(pool: WorkerPool, jobs: int) -> None:
    """Let the jobs' tasks run to their first wait: the line is written, the worker can't have answered."""
    await asyncio.sleep(0)
    assert pool._pending == jobs


async def test_processes_run_on_the_cores_that_the_pool_is_given(tmp_path: Path) -> None:
    last = max(os.sched_getaffinity(0))
    pool = WorkerPool(tmp_path / "workers", size=1, cores=frozenset({last}))
    try:
        await pool.run(WARM, timeout_s=30)

        assert [os.sched_getaffinity(pid) for pid in pool.pids] == [{last}]
    finally:
        await pool.close()


async def test_a_worker_that_hangs_is_killed_and_the_next_job_is_done(pool: WorkerPool, tmp_path: Path) -> None:
    (hung,) = pool.pids
    os.kill(hung, signal.SIGSTOP)

    with pytest.raises(JobTimedOut, match=r"0\.3 seconds"):
        await pool.run(speaking(tmp_path / "a.wav"), timeout_s=0.3)

    assert not alive(hung)
    await pool.run(speaking(tmp_path / "b.wav"), timeout_s=30)
    assert (tmp_path / "b.wav").exists()


async def test_a_worker_that_crashes_is_replaced_and_its_job_tried_again(pool: WorkerPool, tmp_path: Path) -> None:
    (doomed,) = pool.pids
    os.kill(doomed, signal.SIGSTOP)  # so that it dies with the job in hand
    job = asyncio.create_task(pool.run(speaking(tmp_path / "a.wav"), timeout_s=30))
    await until_waiting(pool, 1)
    os.kill(doomed, signal.SIGSEGV)
    os.kill(doomed, signal.SIGCONT)

    await job

    assert (tmp_path / "a.wav").exists()
    assert pool.pids != (doomed,)


async def test_a_worker_without_jobs_ends_after_a_while_and_another_does_the_next(tmp_path: Path) -> None:
    pool = WorkerPool(tmp_path / "workers", size=1, idle_s=0.3)
    await pool.run(WARM, timeout_s=30)
    (first,) = pool.pids

    await eventually(lambda: not alive(first), within_s=5, otherwise=lambda: "the idle worker ends")
    await pool.run(speaking(tmp_path / "a.wav"), timeout_s=30)

    assert (tmp_path / "a.wav").exists()
    assert first not in pool.pids
    await pool.close()


async def test_a_worker_does_not_end_in_the_midst_of_a_job(tmp_path: Path) -> None:
    pool = WorkerPool(tmp_path / "workers", size=1, idle_s=2.0)
    await pool.run(WARM, timeout_s=30)
    (worker,) = pool.pids
    os.kill(worker, signal.SIGSTOP)  # so that the job lasts longer than the worker may be idle
    job = asyncio.create_task(pool.run(WARM, timeout_s=30))

    await asyncio.sleep(3)
    os.kill(worker, signal.SIGCONT)
    await job

    assert pool.pids == (worker,)
    await pool.close()


async def test_a_job_that_kills_every_worker_fails_after_the_second(pool: WorkerPool, tmp_path: Path) -> None:
    nonsense = {**speaking(tmp_path / "a.wav"), "voices": []}  # an error nobody foresaw ends the worker

    with pytest.raises(WorkerDied, match="crashed on this, twice"):
        await pool.run(nonsense, timeout_s=30)

    await pool.run(WARM, timeout_s=30)


async def test_a_cancelled_job_leaves_no_answer_for_the_next(pool: WorkerPool, tmp_path: Path) -> None:
    (stopped,) = pool.pids
    os.kill(stopped, signal.SIGSTOP)
    job = asyncio.create_task(pool.run(speaking(tmp_path / "a.wav"), timeout_s=30))
    await until_waiting(pool, 1)

    job.cancel()
    with pytest.raises(asyncio.CancelledError):
        await job

    assert not alive(stopped)
    done = await pool.run(speaking(tmp_path / "b.wav", "A somewhat longer sentence."), timeout_s=30)
    assert done["seconds"] > 1


async def test_a_full_queue_refuses_at_once(pool: WorkerPool, tmp_path: Path) -> None:
    os.kill(pool.pids[0], signal.SIGSTOP)
    jobs = [asyncio.create_task(pool.run(speaking(tmp_path / f"{n}.wav"), timeout_s=30)) for n in range(2)]
    await until_waiting(pool, 2)

    with pytest.raises(PoolFull, match="2 prompts"):
        await pool.run(WARM, timeout_s=30)

    os.kill(pool.pids[0], signal.SIGCONT)
    await asyncio.gather(*jobs)


async def test_a_job_the_worker_refuses_says_why_and_keeps_the_worker(pool: WorkerPool, tmp_path: Path) -> None:
    before = pool.pids

    with pytest.raises(JobRefused, match="no voice 'gmw/xx'"):
        await pool.run({**speaking(tmp_path / "a.wav"), "voices": [["pyttsx3", "gmw/xx"]]}, timeout_s=30)
    with pytest.raises(JobRefused):
        await pool.run(speaking(tmp_path / "missing" / "a.wav"), timeout_s=30)

    assert pool.pids == before


async def test_a_text_longer_than_the_driver_bears_is_said(pool: WorkerPool, tmp_path: Path) -> None:
    """pyttsx3 claims ten times the text's size, so that espeak reads past its end; 13.5 kB can crash it."""
    done = await pool.run(speaking(tmp_path / "a.wav", "hello there " * 1130, rate=450), timeout_s=patience(30))

    assert done["seconds"] > 200


async def test_a_worker_is_recycled_after_its_share_of_jobs(tmp_path: Path) -> None:
    pool = WorkerPool(tmp_path / "workers", size=1, recycle_after=2)
    try:
        await pool.run(WARM, timeout_s=30)
        (first,) = pool.pids
        await pool.run(WARM, timeout_s=30)
        assert pool.pids == ()
        await pool.run(WARM, timeout_s=30)
        assert pool.pids not in ((), (first,))
    finally:
        await pool.close()


async def test_closing_ends_the_workers_and_leaves_nothing_behind(tmp_path: Path) -> None:
    pool = WorkerPool(tmp_path / "workers", size=2)
    await asyncio.gather(pool.run(WARM, timeout_s=30), pool.run(WARM, timeout_s=30))
    pids = pool.pids

    await pool.close()

    assert len(pids) == 2
    assert not any(alive(pid) for pid in pids)
    assert list((tmp_path / "workers").iterdir()) == []
    with pytest.raises(PoolError, match="shutting down"):
        await pool.run(WARM, timeout_s=30)


async def test_workers_die_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    program = (
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from tts.pool import WorkerPool\n"
        "async def main():\n"
        "    pool = WorkerPool(Path(sys.argv[1]), size=1)\n"
        "    await pool.run({'do': 'warm', 'voices': []}, timeout_s=30)\n"
        "    print(pool.pids[0], flush=True)\n"
        "    await asyncio.Event().wait()\n"
        "asyncio.run(main())\n"
    )
    with subprocess.Popen(  # noqa: ASYNC220
        [sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        worker = int(await asyncio.to_thread(parent.stdout.readline))
        death = os.pidfd_open(worker)
        try:
            os.kill(worker, signal.SIGSTOP)  # one that hangs does not see the end of its stdin
            parent.kill()
            await readable(death)
        finally:
            os.close(death)


async def test_folders_of_dead_processes_are_removed(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:  # noqa: ASYNC220
        gone.wait()
    orphan, ours = tmp_path / f"{gone.pid}-abc", tmp_path / f"{os.getpid()}-abc"
    orphan.mkdir()
    ours.mkdir()

    WorkerPool(tmp_path)

    assert not orphan.exists()
    assert ours.exists()


async def readable(descriptor: int) -> None:
    """A pidfd becomes readable when its process has died."""
    event = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(descriptor, event.set)
    try:
        async with within(10):
            await event.wait()
    finally:
        loop.remove_reader(descriptor)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
