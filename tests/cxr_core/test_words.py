import pytest

from cxr_core.progress import Clock
from cxr_core.words import say_count, say_seconds


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "1 s"), (8.4, "8 s"), (89, "89 s"), (120, "2 min"), (3599, "60 min"), (7800, "2 h 10 min")],
)
def test_seconds_are_said_as_a_person_would(seconds, said):
    assert say_seconds(seconds) == said


def test_one_is_singular():
    assert [say_count(n, "file") for n in (0, 1, 2530)] == ["0 files", "1 file", "2,530 files"]


def test_the_time_left_follows_the_pace(monkeypatch):
    clock, now = Clock(), [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    assert clock.describe("Decoding", 0, 1000) == "Decoding: 0 of 1,000"
    now[0] += 10
    assert clock.describe("Decoding", 250, 1000) == "Decoding: 250 of 1,000, about 30 s left"
    assert clock.describe("Comparing", 0, 50) == "Comparing: 0 of 50"
