"""What a data set holds, as figures."""

from statistics import median_high

import pandas  # noqa: F401  plotly trips over a pandas that another thread has half loaded, so it is loaded first
import plotly.graph_objects as go

from cxr_core.datasets.check import Counts, Findings
from cxr_core.datasets.shortcuts import NAMES
from cxr_core.figures.drawing import Drawing, find_colour
from cxr_core.performance.interval import Interval
from cxr_core.types import LABELS, NORMAL, SPLIT_NAMES, TEST, TRAIN, UNSPLIT, VALIDATION

SPLIT_COLOURS = {TRAIN: "#4aa564", VALIDATION: "#c2a21b", TEST: "#6f6fd1", UNSPLIT: "#8a8f98"}


def draw_counts(counts: Counts, subtypes: Counts | None = None) -> Drawing:
    """Radiographs of each class, or of each sub-type where those are known, a bar a split."""
    splits = list(counts)
    parts = _list_parts(counts, subtypes or {})
    figure = go.Figure(
        [
            go.Bar(
                name=name,
                y=[SPLIT_NAMES[split] for split in splits],
                x=[numbers[split] for split in splits],
                orientation="h",
                marker_color=find_colour(name, number),
                texttemplate="%{x:,}",
                textposition="inside",
                insidetextanchor="middle",
                textangle=0,
                hovertemplate="%{y}: %{x:,} " + name + "<extra></extra>",
            )
            for number, (name, numbers) in enumerate(parts.items())
        ]
    )
    figure.update_layout(barmode="stack", height=90 + 48 * len(splits), **_LAYOUT)
    figure.update_layout(uniformtext={"minsize": 10, "mode": "hide"})  # no number in a bar too narrow to read it
    figure.update_layout(legend_traceorder="normal", xaxis_title="radiographs", yaxis_autorange="reversed")
    said = "; ".join(
        f"{SPLIT_NAMES[split]}: " + ", ".join(f"{numbers[split]:,} {name}" for name, numbers in parts.items())
        for split in splits
    )
    return Drawing(figure, f"Stacked bars of the number of radiographs. {said}.")


def _list_parts(counts: Counts, subtypes: Counts) -> dict[str, dict[str, int]]:
    """Name of a part of the bar -> its number by split."""
    kinds = {kind for numbers in subtypes.values() for kind in numbers}
    if kinds <= {"", "normal"}:
        return {label: {split: numbers.get(label, 0) for split, numbers in counts.items()} for label in LABELS}
    names = {"normal": NORMAL, "": "sub-type unknown"}
    ordered = sorted(kinds, key=lambda kind: (kind != "normal", kind == "", kind))
    return {
        names.get(kind, kind): {split: numbers.get(kind, 0) for split, numbers in subtypes.items()} for kind in ordered
    }


def draw_sizes(findings: Findings, labels: dict[str, str]) -> Drawing:
    """Width and height of every file, by class: where the clouds lie apart, size gives the class away."""
    figure = go.Figure()
    for label in LABELS:
        files = [file for file in findings.sizes if labels[file] == label]
        figure.add_scattergl(
            name=label,
            x=[findings.sizes[file][0] for file in files],
            y=[findings.sizes[file][1] for file in files],
            mode="markers",
            marker={"color": find_colour(label), "size": 5, "opacity": 0.45},
            hovertemplate="%{x} x %{y} pixels<extra>" + label + "</extra>",
        )
    figure.update_layout(height=340, xaxis_title="width in pixels", yaxis_title="height in pixels", **_LAYOUT)
    medians = ", ".join(f"{label} {_find_median_height(findings, labels, label):,} pixels" for label in LABELS)
    return Drawing(figure, f"Scatter plot of image width against height, by class. Median height: {medians}.")


def _find_median_height(findings: Findings, labels: dict[str, str], label: str) -> int:
    heights = [size[1] for file, size in findings.sizes.items() if labels[file] == label]
    return median_high(heights) if heights else 0


def draw_shortcuts(findings: Findings) -> Drawing:
    """The AUC that facts of the file alone reach, a mark a split, with 95 % intervals."""
    names = list(findings.shortcuts)
    splits = list(next(iter(findings.shortcuts.values())))
    figure = go.Figure()
    for place, split in enumerate(splits):
        measured = [(name, auc) for name in names if (auc := findings.shortcuts[name][split])]
        figure.add_scatter(
            name=SPLIT_NAMES[split],
            x=[auc.value for _, auc in measured],
            y=[names.index(name) + 0.18 * (place - (len(splits) - 1) / 2) for name, _ in measured],
            mode="markers",
            marker={"size": 9, "color": SPLIT_COLOURS[split]},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [auc.high - auc.value for _, auc in measured],
                "arrayminus": [auc.value - auc.low for _, auc in measured],
                "thickness": 1.5,
                "width": 3,
            },
            customdata=[(name, auc.describe()) for name, auc in measured],
            hovertemplate="%{customdata[0]}: AUC %{customdata[1]}<extra>" + SPLIT_NAMES[split] + "</extra>",
        )
    figure.add_vline(x=0.5, line_dash="dot", line_color="#8a8f98", annotation_text="tells nothing")
    figure.update_layout(height=340, xaxis_title="AUC of the file's fact alone", **_LAYOUT)
    figure.update_xaxes(range=[0.28, 1.02], tickvals=[0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1])
    figure.update_yaxes(
        tickvals=list(range(len(names))), ticktext=[NAMES[name] for name in names], autorange="reversed"
    )
    return Drawing(figure, f"AUC of facts about the file alone, by split. {_say_shortcuts(findings.shortcuts)}")


def _say_shortcuts(shortcuts: dict[str, dict[str, Interval | None]]) -> str:
    return " ".join(
        f"{name}: "
        + ", ".join(f"{SPLIT_NAMES[split]} {auc.describe(2)}" for split, auc in by_split.items() if auc)
        + "."
        for name, by_split in shortcuts.items()
    )


_LAYOUT = {
    "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
    "legend": {"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0},
}
