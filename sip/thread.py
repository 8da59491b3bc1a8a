"""The one thread that owns every pjsua2 object, and the one place where asyncio crosses to it.

Commands go in as callables and come back through futures; events go out by `emit`. The thread waits in the library,
and a command wakes it; all that wait are run in one turn. One crossing back may carry several answers and events, in
the order in which they came. A result or an error that crosses must hold no pjsua2 object: the collector would destroy
it on the wrong thread and abort the process (pjproject issues 3856 and 4039).
"""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import TypeVar

import pjsua2 as pj
import structlog

from engine.errors import SipError, TelefoonError
from engine.ports import Queued

LONGEST_WAIT_MS = 100
"""Whatever asks something of the library without waking it, such as a timer set on a media thread, waits no longer."""
START_TIMEOUT_S = 20.0
STOP_TIMEOUT_S = 20.0

T = TypeVar("T")

log = structlog.get_logger(__name__)


class SipThread:
    """Runs commands and callbacks of pjsua2, one at a time, until closed.

    It is asyncio's, but for what crosses: `later` and `emit` may be called on any thread.
    """

    def __init__(self, *, wake: Callable[[], None] = pj.wake, start_timeout_s: float = START_TIMEOUT_S) -> None:
        """`wake` ends the library's wait, from any thread and at any time."""
        self._wake = wake
        self._start_timeout_s = start_timeout_s
        self._commands: deque[tuple[float, Callable[[], object]]] = deque()
        self._deliveries: deque[tuple[float, Callable[[], object]]] = deque()
        self._crossing = False
        self._loop = asyncio.get_running_loop()
        self._stopping = False
        self._thread: threading.Thread | None = None

    async def start(
        self, opening: Callable[[], pj.Endpoint], closing: Callable[[], bool], each_turn: Callable[[], None]
    ) -> None:
        """Open the endpoint on the thread; `closing` runs before its end.

        Raises what `opening` raises, and SipError where it takes too long. No thread is left behind then.

        `closing` tells whether a far end has still to answer: the library then waits for a second, else not.

        `each_turn` runs whenever the library's wait has ended: every LONGEST_WAIT_MS ms at least.
        """
        opened: asyncio.Future[None] = self._loop.create_future()
        self._thread = threading.Thread(target=self._live, args=(opening, closing, each_turn, opened), name="sip")
        self._thread.start()
        try:
            async with asyncio.timeout(self._start_timeout_s):
                await opened
        except TimeoutError:
            await self.close()
            raise SipError(
                f"SIP did not start within {self._start_timeout_s:g} s: this machine has too much to do. Try again."
            ) from None
        except BaseException:
            await self.close()
            raise

    async def run(self, command: Callable[[], T]) -> T:
        """Run a command on the thread. Raises SipError where the library refuses."""
        future: asyncio.Future[T] = self._loop.create_future()
        self.later(lambda: self._answer(command, future))
        return await future

    @property
    def commands(self) -> Queued:
        """Commands that are still to be run; on any thread."""
        return _waiting(self._commands)

    @property
    def events(self) -> Queued:
        """What asyncio's thread has still to take; on any thread."""
        return _waiting(self._deliveries)

    def later(self, command: Callable[[], object]) -> None:
        """Run a command after the callbacks under way, from any thread."""
        self._commands.append((time.monotonic(), command))
        if threading.current_thread() is not self._thread:  # which looks by itself before it waits
            self._wake()

    def after(self, seconds: float, command: Callable[[], object]) -> None:
        """Run a command after so long, from any thread."""
        self.emit(lambda: self._loop.call_later(seconds, self.later, command))

    def emit(self, deliver: Callable[[], object]) -> None:
        """Call `deliver` in asyncio's thread; nothing where the loop has ended already."""
        self._deliveries.append((time.monotonic(), deliver))
        if not self._crossing and not self._loop.is_closed():
            self._crossing = True
            self._loop.call_soon_threadsafe(self._deliver)

    def _deliver(self) -> None:
        self._crossing = False  # first: what is emitted from now on may come too late for this crossing
        for _ in range(len(self._deliveries)):
            # Each by itself, so that one that fails takes no other with it.
            _, deliver = self._deliveries.popleft()
            self._loop.call_soon(deliver)

    async def close(self) -> None:
        """End the endpoint and the thread."""
        self._stopping = True
        self._wake()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join, STOP_TIMEOUT_S)
            if self._thread.is_alive():
                log.error("sip_thread_stuck", seconds=STOP_TIMEOUT_S)

    def _live(
        self,
        opening: Callable[[], pj.Endpoint],
        closing: Callable[[], bool],
        each_turn: Callable[[], None],
        opened: asyncio.Future[None],
    ) -> None:
        held: list[pj.Endpoint] = []
        if not self._answer(lambda: held.append(opening()), opened):
            return
        endpoint = held.pop()
        while not self._stopping:
            self._drain()
            endpoint.libHandleEvents(0 if self._commands else LONGEST_WAIT_MS)
            each_turn()
        self._drain()
        try:
            endpoint.libDestroy(0 if closing() else pj.PJSUA_DESTROY_NO_RX_MSG)
        except pj.Error as error:
            log.error("sip_close_failed", reason=error.reason)
        del endpoint

    def _drain(self) -> None:
        for _ in range(len(self._commands)):
            _, command = self._commands.popleft()
            try:
                command()
            except pj.Error as error:
                log.error("sip_command_failed", title=error.title, reason=error.reason)
            except Exception:
                log.exception("sip_command_failed")

    def _answer(self, command: Callable[[], T], future: asyncio.Future[T]) -> bool:
        failure: BaseException | None = None
        try:
            result = command()
        except pj.Error as error:
            failure = SipError(f"{error.title}: {error.reason}")
        except TelefoonError as error:
            failure = error
        except Exception as error:
            log.exception("sip_command_failed")
            failure = SipError(f"The SIP thread failed: {error}")
        if failure is not None:
            failure.__traceback__ = failure.__context__ = failure.__cause__ = None
            self.emit(lambda: None if future.done() else future.set_exception(failure))
            return False
        self.emit(lambda: None if future.done() else future.set_result(result))
        return True


def _waiting(queue: deque[tuple[float, Callable[[], object]]]) -> Queued:
    try:
        since_s, _ = queue[0]
    except IndexError:
        return Queued()
    return Queued(len(queue), time.monotonic() - since_s)
