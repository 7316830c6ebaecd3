"""Home: what this is, what can be done, and what is here."""

import streamlit as st

from cxr_core.datasets import catalogue
from pages.components import frame, inventory

frame.open_page(
    "CXR Lens",
    "For radiologists, teachers and model reviewers who look into programs that read chest radiographs: "
    "what they learn from, and what they go by.",
)

with frame.refusals():
    entries = catalogue.list_datasets()
    inventory.show_doors(entries)
    datasets, machine = st.columns([3, 2], gap="large")
    with datasets:
        st.subheader("Data sets here", anchor=False)
        inventory.show_datasets(entries)
    with machine:
        st.subheader("This machine", anchor=False)
        inventory.show_machine()
