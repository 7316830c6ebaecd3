import json

import pytest

from cxr_core.datasets.check import check_dataset
from cxr_core.datasets.layouts import read_dataset
from cxr_core.figures import datasets as figures
from tests.pictures import make_picture


@pytest.fixture
def findings(make_folder):
    files = {f"train/NORMAL/IM-{i:04d}-0001.jpeg": make_picture(i) for i in range(5)}
    files |= {f"train/PNEUMONIA/person{i}_virus_{i}.jpeg": make_picture(50 + i, 200) for i in range(3)}
    files |= {f"test/PNEUMONIA/person{i}_bacteria_{i}.jpeg": make_picture(70 + i, 100) for i in range(2)}
    return check_dataset(read_dataset(make_folder(files)))


def test_the_bars_hold_the_counts_and_the_words_say_them(findings):
    figure, alt = figures.draw_counts(findings.overview.counts, findings.overview.subtypes)
    bars = {bar.name: dict(zip(bar.y, bar.x, strict=True)) for bar in figure.data}
    assert bars == {
        "NORMAL": {"train": 5, "test": 0},
        "bacteria": {"train": 0, "test": 2},
        "virus": {"train": 3, "test": 0},
    }
    assert "train: 5 NORMAL, 0 bacteria, 3 virus; test: 0 NORMAL, 2 bacteria, 0 virus." in alt


def test_without_sub_types_the_bars_are_classes(findings):
    figure, _ = figures.draw_counts(findings.overview.counts)
    assert [bar.name for bar in figure.data] == ["NORMAL", "PNEUMONIA"]


def test_sizes_are_drawn_by_class(findings):
    labels = {file: file.split("/")[1] for file in findings.sizes}
    figure, alt = figures.draw_sizes(findings, labels)
    assert [sorted(set(trace.y)) for trace in figure.data] == [[80], [100, 200]]
    assert "Median height: NORMAL 80 pixels, PNEUMONIA 200 pixels." in alt


def test_a_shortcut_is_drawn_with_its_interval_and_said(findings):
    figure, alt = figures.draw_shortcuts(findings)
    (train,) = [trace for trace in figure.data if trace.name == "train"]
    place = [name for name, _ in train.customdata].index("height")
    height = findings.shortcuts["height"]["train"]
    assert train.x[place] == height.value == 1
    assert train.x[place] - train.error_x.arrayminus[place] == pytest.approx(height.low)
    assert f"height: train {height.describe(2)}." in alt


def test_every_figure_can_be_sent_to_a_browser(findings):
    labels = {file: file.split("/")[1] for file in findings.sizes}
    for drawing in (
        figures.draw_counts(findings.drawn),
        figures.draw_sizes(findings, labels),
        figures.draw_shortcuts(findings),
    ):
        assert json.loads(drawing.figure.to_json())["data"]
