"""How far a long task has come, and how long it will still take, in words."""

import time
from collections.abc import Callable

from cxr_core.words import say_seconds

Report = Callable[[str, int, int], None]  # what is being done, how many are done, of how many


def say_nothing(doing: str, done: int, total: int) -> None:
    """The report of a caller that does not want to know."""


class Clock:
    """Watches a task, and says how much of it is left at the pace so far."""

    def __init__(self) -> None:
        self.doing = ""
        self.started = 0.0

    def describe(self, doing: str, done: int, total: int) -> str:
        if doing != self.doing:
            self.doing, self.started = doing, time.monotonic()
        spent = time.monotonic() - self.started
        left = f", about {say_seconds(spent * (total - done) / done)} left" if done and spent > 0.5 else ""
        return f"{doing}: {done:,} of {total:,}{left}"
