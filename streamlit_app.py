"""The page list: `streamlit run streamlit_app.py`."""

import streamlit as st

PAGES = [
    st.Page("pages/home.py", title="Home", default=True),
    st.Page("pages/data.py", title="Data", url_path="data"),
]

st.navigation(PAGES, position="top").run()
