import pytest

from cxr_core.datasets.shortcuts import measure_shortcuts
from cxr_core.types import Case


def make_case(number: int, label: str, split: str = "train") -> Case:
    return Case(f"{split}{number}", label, f"p{number}", split)


def test_a_fact_that_separates_the_classes_reaches_1_whichever_way_round():
    cases = [make_case(i, "NORMAL" if i < 20 else "PNEUMONIA") for i in range(40)]
    facts = {c.file: {"height": 1000 - i, "bytes": i, "width": 5} for i, c in enumerate(cases)}
    measured = measure_shortcuts(cases, facts)
    assert measured["height"]["train"].value == measured["bytes"]["train"].value == 1
    assert measured["width"]["train"].value == 0.5
    assert measured["height"]["train"].low <= 1 <= measured["height"]["train"].high


def test_unknown_facts_and_splits_of_one_class_have_no_auc():
    cases = [make_case(0, "NORMAL"), make_case(1, "PNEUMONIA"), make_case(2, "NORMAL", "test")]
    measured = measure_shortcuts(cases, {c.file: {"height": 5.0} for c in cases})
    assert measured["height"]["test"] is None
    assert measured["channels"]["train"] is None


def test_the_known_shortcuts_of_kermanys_originals(shared_data):
    from cxr_core.datasets.layouts import read_dataset

    dataset = read_dataset(shared_data / "kermany")
    facts = {
        file: {"height": o.height, "bytes": o.bytes} for file, o in dataset.originals.items() if o.height and o.bytes
    }
    measured = measure_shortcuts(dataset.cases, facts)
    assert measured["height"]["test"].value == pytest.approx(0.92, abs=0.005)
    assert measured["bytes"]["train"].value == pytest.approx(0.998, abs=0.001)
    assert measured["bytes"]["test"].value == pytest.approx(0.93, abs=0.005)
