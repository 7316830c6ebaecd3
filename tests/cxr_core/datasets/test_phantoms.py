import csv

import cv2
import numpy as np
import pytest

from cxr_core.datasets.layouts import read_dataset
from cxr_core.datasets.phantoms import write_phantoms
from cxr_core.datasets.sources import PhantomSource
from cxr_core.radiographs.reading import read_radiograph
from cxr_core.types import Refusal


def test_a_written_folder_is_a_data_set_with_masks_of_the_same_size(tmp_path):
    write_phantoms(tmp_path / "out", PhantomSource(count=12, seed=3, shortcut=True))
    dataset = read_dataset(tmp_path / "out")
    assert len(dataset.cases) == 12
    assert dataset.synthetic
    assert dataset.planted
    assert all(read_radiograph(dataset.source.read(c.file), c.file).synthetic for c in dataset.cases)
    with (tmp_path / "out/manifest.csv").open() as table:
        rows = list(csv.DictReader(table))
    for row in rows:
        picture = cv2.imread(str(tmp_path / "out" / row["file"]), cv2.IMREAD_UNCHANGED)
        masks = {
            kind: cv2.imread(str(tmp_path / "out/masks" / kind / row["file"].split("/")[-1]), cv2.IMREAD_UNCHANGED)
            for kind in ("lesion", "lungs", "heart", "marker")
        }
        assert all(mask.shape == picture.shape and set(np.unique(mask)) <= {0, 255} for mask in masks.values())
        assert masks["lesion"].any() == (row["label"] == "PNEUMONIA") == masks["marker"].any()
        assert bool(row["zones"]) == (row["label"] == "PNEUMONIA")
        assert row["planted_marker"] == str(int(row["label"] == "PNEUMONIA"))
    assert {int(row["seed"]) for row in rows} == set(range(3, 15))


def test_a_folder_with_something_in_it_is_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(Refusal, match="is there already and is not empty: name a new folder"):
        write_phantoms(tmp_path, PhantomSource(2))
    assert [p.name for p in tmp_path.iterdir()] == ["notes.txt"]
