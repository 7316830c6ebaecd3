"""Home: what this is, what is here, and the next step."""

import streamlit as st

from pages.components import frame, inventory

frame.open_page("CXR Lens", "Look into classifiers of chest radiographs: what they learn from, and what they go by.")

with frame.refusals():
    inventory.show_next_step()
    st.subheader("What is here", anchor=False)
    datasets, machine = st.columns([3, 2], gap="large")
    with datasets:
        inventory.show_datasets()
    with machine:
        inventory.show_machine()
