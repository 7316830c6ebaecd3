from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from cxr_core.datasets.layouts import read_dataset
from cxr_core.datasets.splits import draw_splits, find_shared_patients
from cxr_core.types import LABELS, Case


@st.composite
def draw_cases(draw) -> list[Case]:
    """Up to 300 cases of random patients, classes and splits, some of the patients in several."""
    number = draw(st.integers(2, 300))
    patients = draw(st.integers(1, number))
    random = draw(st.randoms(use_true_random=False))
    splits = draw(st.sampled_from([("",), ("train", "val", "test"), ("train", "test"), ("", "test")]))
    return [
        Case(f"{i}.png", random.choice(LABELS), f"p{random.randrange(patients)}", random.choice(splits))
        for i in range(number)
    ]


@given(draw_cases())
@settings(max_examples=60, deadline=None)
def test_no_patient_is_ever_on_two_sides_and_the_test_split_is_never_touched(cases):
    used = draw_splits(cases).cases
    assert not any(find_shared_patients(used).values())
    official = {c.file for c in cases if c.split == "test"}
    if official:
        assert {c.file for c in used if c.split == "test"} == official
    assert {c.file for c in used} <= {c.file for c in cases}
    assert all(c.split in ("train", "val", "test") for c in used)


def make_cases(number: int, split: str, a_patient: int = 1) -> list[Case]:
    return [
        Case(f"{split}/{i}.png", LABELS[i // a_patient % 2], f"{split}{i // a_patient}", split) for i in range(number)
    ]


def test_a_validation_split_that_suffices_is_kept():
    cases = make_cases(500, "train") + make_cases(120, "val") + make_cases(100, "test")
    splits = draw_splits(cases)
    assert Counter(c.split for c in splits.cases) == {"train": 500, "val": 120, "test": 100}
    assert splits.changes == ()


def test_a_validation_split_too_small_joins_training_and_a_proper_one_is_drawn():
    cases = make_cases(1000, "train", a_patient=2) + make_cases(16, "val") + make_cases(100, "test")
    splits = draw_splits(cases)
    counts = Counter((c.split, c.label) for c in splits.cases)
    assert sum(counts.values()) == 1116
    assert 90 <= counts["val", "NORMAL"] + counts["val", "PNEUMONIA"] <= 115
    assert abs(counts["val", "NORMAL"] - counts["val", "PNEUMONIA"]) <= 8
    assert "Its validation split of 16 is too small" in splits.changes[0]


def test_copies_of_one_picture_stay_on_one_side():
    cases = make_cases(400, "train") + make_cases(100, "test")
    copies = [[f"train/{i}.png", f"train/{i + 100}.png", f"train/{i + 200}.png"] for i in range(100)]
    split = {c.file: c.split for c in draw_splits(cases, copies).cases}
    assert all(len({split[f] for f in files}) == 1 for files in copies)
    assert Counter(split.values())["val"] > 20


def test_splits_depend_on_the_seed_alone():
    cases = make_cases(600, "train") + make_cases(100, "test")
    drawn = draw_splits(cases)
    assert drawn == draw_splits(reversed(cases))
    assert drawn.cases != draw_splits(cases, seed=1).cases


def test_training_cases_of_a_test_patient_are_left_out_and_that_is_said():
    cases = make_cases(400, "train") + make_cases(100, "test")
    cases.append(Case("train/extra.png", "NORMAL", "test7", "train"))
    splits = draw_splits(cases)
    assert "train/extra.png" not in {c.file for c in splits.cases}
    assert "1 radiograph of patients who are also in the test split: left out." in splits.changes


def test_kermany(shared_data):
    cases = read_dataset(shared_data / "kermany").cases
    splits = draw_splits(cases)
    counts = Counter((c.split, c.label) for c in splits.cases)
    assert len(splits.cases) == 5856
    assert (counts["test", "NORMAL"], counts["test", "PNEUMONIA"]) == (234, 390)
    assert 450 <= counts["val", "NORMAL"] + counts["val", "PNEUMONIA"] <= 600
    assert not any(find_shared_patients(splits.cases).values())
    share = {s: counts[s, "PNEUMONIA"] / (counts[s, "NORMAL"] + counts[s, "PNEUMONIA"]) for s in ("train", "val")}
    assert abs(share["train"] - share["val"]) < 0.02
