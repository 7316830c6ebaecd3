import csv

import pytest

from cxr_core.datasets.patients import find_patient


@pytest.mark.parametrize(
    ("file", "patient", "subtype"),
    [
        ("train/PNEUMONIA/person12_bacteria_46.jpeg", "person12_bacteria", "bacteria"),
        ("train/PNEUMONIA/person12_virus_46.jpeg", "person12_virus", "virus"),
        ("test/PNEUMONIA/person1632_virus_2832_1.jpeg", "person1632_virus", "virus"),
        ("train/NORMAL/IM-0115-0001.jpeg", "IM-0115", "normal"),
        ("train/NORMAL/IM-0115-0001-0002.jpeg", "IM-0115", "normal"),
        ("train/NORMAL/NORMAL2-IM-0115-0001.jpeg", "NORMAL2-IM-0115", "normal"),
        ("train/NORMAL/phantom-000017.png", "phantom-000017", "normal"),
        ("train/PNEUMONIA/phantom-000018_lobar.png", "phantom-000018", "lobar"),
        ("NORMAL/scan.png", "NORMAL/scan.png", ""),
    ],
)
def test_the_patient_is_read_from_the_name(file, patient, subtype):
    assert find_patient(file) == (patient, subtype)


def test_every_kermany_file_gets_its_true_patient(shared_data):
    with (shared_data / "kermany" / "manifest.csv").open() as table:
        rows = list(csv.DictReader(table))
    wrong = [r["file"] for r in rows if find_patient(r["file"]) != (r["patient_key"], r["subtype"])]
    assert len(rows) == 5856
    assert wrong == []
