"""Which cases of a data set to show."""

from collections.abc import Sequence

import streamlit as st

from cxr_core.types import SPLIT_NAMES, Case
from pages.components.frame import plain


def choose_kinds(name: str, cases: Sequence[Case]) -> list[Case]:
    """The cases of the classes, splits and sub-types the reader ticks, and with the text in their name."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        labels = _tick("Class", [c.label for c in cases], name)
        splits = _tick("Split", [c.split for c in cases], name)
        subtypes = _tick("Sub-type", [c.subtype for c in cases if c.subtype not in ("", "normal")], name)
        words = st.text_input(
            "File or patient", placeholder="part of its name", key=f"words {name}", width=220, persist_state="session"
        )
    return [
        case
        for case in cases
        if (not labels or case.label in labels)
        and (not splits or case.split in splits)
        and (not subtypes or case.subtype in subtypes)
        and (words.strip().lower() in f"{case.file} {case.patient}".lower())
    ]


def _tick(label: str, values: Sequence[str], name: str) -> list[str]:
    """Pills of the values that are there; none ticked means all. Not shown where there is nothing to choose."""
    order = list(SPLIT_NAMES)
    kinds = sorted(set(values), key=lambda kind: (order.index(kind) if kind in order else 0, kind))
    if len(kinds) < 2:
        return []
    return st.pills(
        label,
        kinds,
        selection_mode="multi",
        key=f"{label} {name}",
        format_func=lambda kind: plain(SPLIT_NAMES.get(kind, kind)),
        persist_state="session",
    )
