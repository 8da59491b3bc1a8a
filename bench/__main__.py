"""Measures what this product costs, beside Asterisk or beside another revision of it.

    make bench [SCENARIO=ivr,bridge] [LOAD=50,100] [ROUNDS=3] [AGAINST=REV]

Everything runs on loopback. Rows go to bench/results/latest.json, of which `make bench-report` makes
docs/performance.md.
"""

import argparse
import asyncio
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from bench.latest import LATEST, machine, save
from bench.revision import checkout_of
from bench.rounds import Plan, planned, run
from bench.rows import Row
from bench.scenario import chosen
from bench.scenarios import SCENARIOS
from bench.table import errors, of_loads, table


def main() -> int:
    """The command line; the exit code is 1 where something of ours failed."""
    options = _options()
    try:
        scenarios = chosen(SCENARIOS, options.scenario)
        against = (options.against, checkout_of(options.against)) if options.against else None
    except ValueError as stranger:
        print(stranger, file=sys.stderr)
        return 2
    facts = machine() | {"rounds": options.rounds}
    plans = [planned(each, options.load if each.scales or options.scenario else (), against) for each in scenarios]
    try:
        rows = asyncio.run(_until_ended(plans, options.rounds, brief=options.brief))
    except (KeyboardInterrupt, asyncio.CancelledError):
        print("ended early: everything that was started has been stopped", file=sys.stderr)
        return 130
    print(table(rows), of_loads(rows), *errors(rows), sep="\n")
    if not options.against and not options.trial and not options.brief:
        save(rows, facts, path=options.results)
        print(f"written to {options.results}")
    rising = {each.name for each in scenarios if each.rising}
    return 1 if any(row.ours.failed for row in rows if row.scenario not in rising) else 0


async def _until_ended(plans: Sequence[Plan], rounds: int, *, brief: bool) -> list[Row]:
    """SIGTERM ends everything that was started, as Ctrl-C does."""
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    began = time.monotonic()

    def tell(line: str) -> None:
        print(f"{time.monotonic() - began:6.0f} s  {line}", flush=True)

    return await run(plans, rounds, tell, brief=brief)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(each) for each in text.replace(",", " ").split())


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--scenario", type=lambda text: text.replace(",", " ").split(), default=[])
    parser.add_argument("--load", type=_numbers, default=())
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--against", default="", metavar="REV", help="another revision of ours, instead of Asterisk")
    parser.add_argument("--brief", action="store_true", help="see whether it works: short calls, nothing is written")
    parser.add_argument("--trial", action="store_true", help="print only")
    parser.add_argument("--results", type=Path, default=LATEST)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
