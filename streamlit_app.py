"""The app: `streamlit run streamlit_app.py`. What is on the menu stands in pages/components/menu.py."""

import streamlit as st

from pages.components.menu import list_pages

st.session_state["entered"] = True  # see pages/components/frame.py
st.navigation(list_pages(), position="top").run()
