"""Home: what this is, what can be done, and what is here."""

import streamlit as st

from pages.components import frame, inventory

frame.open_page(
    "CXR Lens",
    "For radiologists, teachers and model reviewers who look into programs that read chest radiographs: "
    "what they learn from, and what they go by.",
)

with frame.refusals():
    inventory.show_doors()
    datasets, machine = st.columns([3, 2], gap="large")
    with datasets:
        st.subheader("Data sets here", anchor=False)
        inventory.show_datasets()
    with machine:
        st.subheader("This machine", anchor=False)
        inventory.show_machine()
