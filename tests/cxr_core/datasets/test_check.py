import json

from cxr_core.datasets.check import check_dataset, describe_dataset
from cxr_core.datasets.layouts import read_dataset
from cxr_core.datasets.remarks import list_remarks
from tests.pictures import make_picture


def find_remark(findings, title: str):
    return next((r for r in list_remarks(findings) if r.title == title), None)


def test_a_faulty_data_set_is_told_its_faults(make_folder):
    files = {f"train/NORMAL/IM-{i:04d}-0001.jpeg": make_picture(i) for i in range(1, 5)}
    files |= {f"train/PNEUMONIA/person{i}_virus_{i}.jpeg": make_picture(100 + i, 200) for i in range(1, 5)}
    files |= {"test/PNEUMONIA/person1_virus_9.jpeg": make_picture(200, 200), "test/NORMAL/odd.jpeg": make_picture(1)}
    files |= {"train/NORMAL/IM-0009-0001.jpeg": b"", "train/NORMAL/IM-0002-0002.jpeg": make_picture(2)}
    findings = check_dataset(read_dataset(make_folder(files)))
    assert findings.overview.cases == 12
    assert findings.overview.counts == {"train": {"NORMAL": 6, "PNEUMONIA": 4}, "test": {"NORMAL": 1, "PNEUMONIA": 1}}
    assert findings.overview.patients_shared == {"train-test": 1}
    assert findings.overview.patients_unknown == 1
    assert [s.file for s in findings.unreadable] == ["train/NORMAL/IM-0009-0001.jpeg"]
    assert findings.exact_duplicates == [
        ["test/NORMAL/odd.jpeg", "train/NORMAL/IM-0001-0001.jpeg"],
        ["train/NORMAL/IM-0002-0001.jpeg", "train/NORMAL/IM-0002-0002.jpeg"],
    ]
    assert findings.shortcuts["height"]["train"].value == 1
    for title in ("Unreadable files", "Patients in two splits", "Patients unknown", "The same file more than once"):
        assert find_remark(findings, title).level == "warning"
    assert "1 of them across splits" in find_remark(findings, "The same file more than once").sentence
    assert "1 radiograph of patients" in " ".join(findings.changes) or "radiographs of patients" in " ".join(
        findings.changes
    )
    json.dumps(findings.to_json())


def test_a_data_set_without_splits_is_one_split_called_all(make_folder):
    files = {f"{label}/{i}.jpg": make_picture(i) for i, label in enumerate(["NORMAL", "PNEUMONIA"] * 30)}
    overview = describe_dataset(read_dataset(make_folder(files)))
    assert overview.counts == {"all": {"NORMAL": 30, "PNEUMONIA": 30}}
    assert overview.patients == {"all": 60}
    assert overview.patients_shared == {}
    findings = check_dataset(read_dataset(make_folder(files)))
    assert set(findings.drawn) == {"train", "val", "test"}
    assert set(findings.shortcuts["height"]) == {"all"}


def test_one_class_only_is_said(make_folder):
    files = {f"train/NORMAL/IM-{i:04d}-0001.jpeg": make_picture(i) for i in range(3)}
    findings = check_dataset(read_dataset(make_folder(files)))
    assert find_remark(findings, "One class only").level == "warning"
    assert findings.shortcuts["height"] == {"train": None}


def test_kermany(shared_data):
    findings = check_dataset(read_dataset(shared_data / "kermany"))
    report = findings.to_json()
    assert report["cases"] == 5856
    assert report["counts"] == {
        "train": {"NORMAL": 1341, "PNEUMONIA": 3875},
        "val": {"NORMAL": 8, "PNEUMONIA": 8},
        "test": {"NORMAL": 234, "PNEUMONIA": 390},
    }
    assert report["subtypes"]["test"] == {"bacteria": 242, "normal": 234, "virus": 148}
    assert report["exact_duplicate_groups"] == 30
    assert sum(map(len, report["exact_duplicates"])) == 62
    assert report["patients_shared"] == {"train-val": 0, "train-test": 0, "val-test": 0}
    assert report["unreadable"] == []
    assert report["shortcuts"]["height"]["test"] == 0.9202
    splits = findings.splits
    assert not [p for p in findings.near_duplicates if splits[p.first] != splits[p.second]]
    assert find_remark(findings, "One hospital, children only").level == "warning"
