"""The pages, in the order of the menu."""

import streamlit as st


def list_pages() -> list[st.Page]:
    """Made anew for each run: Streamlit keeps in them whose turn it is."""
    return [
        st.Page("pages/home.py", title="Home", default=True),
        st.Page("pages/data.py", title="Data"),
    ]
