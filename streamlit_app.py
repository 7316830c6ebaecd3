"""The page list: `streamlit run streamlit_app.py`."""

import streamlit as st

PAGES = [
    st.Page("pages/home.py", title="Home", icon=":material/home:", default=True),
    st.Page("pages/data.py", title="Data", icon=":material/image_search:", url_path="data"),
]

st.navigation(PAGES, position="top").run()
