"""Data: what a data set holds and where it misleads, its cases, and any single file."""

import streamlit as st

from pages.components import frame
from pages.components.browser import show_cases
from pages.components.pickers import choose_dataset
from pages.components.reader import show_reader

frame.open_page("Data", "What a model will learn from, and what it might learn instead.")

with frame.refusals():
    name = choose_dataset()
    summary, cases, file = st.tabs(
        ["Summary", "Cases", "Open a file"], key="view", on_change="rerun", bind="query-params"
    )
    if summary.open:
        # What draws figures loads for 0.4 s, which the other tabs need not wait for.
        from pages.components.summary import show_summary

        with summary:
            show_summary(name)
    if cases.open:
        with cases:
            show_cases(name)
    if file.open:
        with file:
            show_reader()
