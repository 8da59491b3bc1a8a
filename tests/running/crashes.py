"""How tests go on beside each other when one of them has ended its whole process: it has failed, and the others run.

xdist's own scheduler would begin the failed test again, and give the process that takes the place of the ended one a
single group: a process waits for the one after it before it begins the last that it knows, so the run would not end.
"""

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadGroupScheduling
from xdist.workermanage import WorkerController


class Groups(LoadGroupScheduling):  # type: ignore[misc]  # xdist has no types
    """Gives each process of the run a group of tests at a time, and what an ended process leaves to the others."""

    def remove_node(self, node: WorkerController) -> str | None:
        """Take the process out; the test that ended it, if one did."""
        groups = self.assigned_work.pop(node)
        running: str | None = next(
            (test for tests in groups.values() for test, done in tests.items() if not done), None
        )
        if running is None:
            return None
        for name, tests in groups.items():
            left = {test: False for test, done in tests.items() if not done and test != running}
            if left:
                self.workqueue[name] = left
        self._go_on()
        return running

    def schedule(self) -> None:
        """Give each process its first groups, or a new process what is left; at least two, or the word to end."""
        began = self.collection is not None
        super().schedule()
        if began:
            self._go_on()

    def _go_on(self) -> None:
        for node in self.nodes:
            self._reschedule(node)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Groups:
    """Have the tests given out by `Groups`."""
    return Groups(config, log)
