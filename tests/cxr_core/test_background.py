import subprocess
import sys
import threading

import pytest

from cxr_core.background import Stopped, Task
from tests.conftest import ROOT


def test_the_result_is_there_once_it_has_ended():
    task = Task(lambda report: 6 * 7)
    assert task.wait(10)
    assert not task.running
    assert task.get() == 42


def test_what_is_being_done_can_be_read_meanwhile():
    reported, go_on = threading.Event(), threading.Event()

    def work(report):
        report("Decoding radiographs", 25, 100)
        reported.set()
        go_on.wait(10)
        return "done"

    task = Task(work)
    reported.wait(10)
    assert task.running
    assert not task.wait(0)
    assert (task.share, task.sentence) == (0.25, "Decoding radiographs: 25 of 100")
    go_on.set()
    assert task.wait(10)


def test_stop_is_heard_at_the_next_report():
    seen = []

    def work(report):
        for i in range(1_000_000):
            report("Counting", i, 1_000_000)
            seen.append(i)
            if i == 3:
                task.stop()

    go_on = threading.Event()
    task = Task(lambda report: (go_on.wait(10), work(report)))
    go_on.set()
    assert task.wait(10)
    assert seen == [0, 1, 2, 3]
    with pytest.raises(Stopped):
        task.get()


def test_an_error_is_raised_where_the_result_is_asked_for():
    def fail(report):
        raise ValueError("no room")

    task = Task(fail)
    assert task.wait(10)
    with pytest.raises(ValueError, match="no room"):
        task.get()


ENDS = """
import sys, time
from functools import partial
from cxr_core.background import Task
from cxr_core.datasets.arrays import open_arrays
from cxr_core.datasets.layouts import list_cases
from cxr_core.datasets.sources import PhantomSource
task = Task(partial(open_arrays, list_cases(PhantomSource(count=100_000), "many"), 64))
while "Decoding" not in task.sentence:
    time.sleep(0.05)
"""


def test_a_program_that_ends_ends_its_work_and_does_not_crash(home):
    ended = subprocess.run([sys.executable, "-c", ENDS], cwd=ROOT, capture_output=True, timeout=60)
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert list((home / "cache" / "arrays").iterdir()) == []
