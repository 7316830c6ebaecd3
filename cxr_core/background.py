"""Long work beside the one who asked for it: it can be watched, waited for and stopped, and outlives a page."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from cxr_core.progress import Clock, Report

T = TypeVar("T")


class Stopped(Exception):
    """Raised inside the work at its next report once it was asked to stop."""


class Task(Generic[T]):
    """One call of a function in a thread of its own."""

    def __init__(self, do: Callable[[Report], T]) -> None:
        self.sentence = "Starting"
        self.share = 0.0  # done, 0 to 1, of the step that is being done
        self._do = do
        self._clock = Clock()
        self._stop = threading.Event()
        self._result: T | None = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    @property
    def running(self) -> bool:
        return self._thread.is_alive()

    def wait(self, seconds: float) -> bool:
        """Whether it has ended, now or within that time."""
        self._thread.join(seconds)
        return not self.running

    def stop(self) -> None:
        self._stop.set()

    def get(self) -> T:
        """The result of an ended task; raises what the work raised, `Stopped` if it was stopped."""
        if self._error is not None:
            raise self._error
        assert self._result is not None
        return self._result

    def _run(self) -> None:
        try:
            self._result = self._do(self._report)
        except BaseException as error:  # kept for the one who asks, whoever that is by then
            self._error = error

    def _report(self, doing: str, done: int, total: int) -> None:
        # A program that ends waits for this thread, which therefore ends with it. As a daemon it would be cut down in
        # the middle of a decoder, and take the program with it.
        if self._stop.is_set() or not threading.main_thread().is_alive():
            raise Stopped
        self.share, self.sentence = done / max(total, 1), self._clock.describe(doing, done, total)
