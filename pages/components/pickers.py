"""Choosing a data set, and adding one. What is chosen stands in the address bar, so that a link shows the same."""

from pathlib import Path

import streamlit as st

from cxr_core.datasets import catalogue, check
from pages.components import cached
from pages.components.frame import plain, refusals


def choose_dataset() -> str:
    """The name of the data set to look at."""
    if "added" in st.session_state:  # a widget's value can be set only before it is drawn
        st.session_state["dataset"] = st.session_state.pop("added")
    entries = {entry.name: entry for entry in catalogue.list_datasets()}
    chooser, beside = st.columns([2, 3], vertical_alignment="bottom")
    name = chooser.selectbox("Data set", list(entries), key="dataset", bind="query-params", persist_state="session")
    with beside.container(horizontal=True, vertical_alignment="center"):
        if st.button("Add a data set", icon=":material/add:"):
            _add_dataset()
        st.button(
            "Look again", icon=":material/refresh:", on_click=cached.forget_datasets, help="Lists the files anew."
        )
        if entries[name].added:
            st.button("Remove", icon=":material/delete:", on_click=_remove, args=(name,), help="Its files stay there.")
        if cached.dataset(name).synthetic:
            st.badge("Synthetic: no patients", icon=":material/draw:", color="violet")
        st.caption(plain(entries[name].location))
    return name


@st.dialog("Add a data set", width="medium")
def _add_dataset() -> None:
    st.markdown(
        "A folder or zip with folders `NORMAL` and `PNEUMONIA` (inside `train`, `val`, `test` or not), "
        "or with a `manifest.csv` that has columns `file` and `label`."
    )
    with st.form("add", border=False):
        path = st.text_input("Folder or zip on the computer that runs CXR Lens", placeholder="/path/to/chest_xray")
        name = st.text_input("Name", placeholder="the folder's own")
        asked = st.form_submit_button("Add", type="primary")
    if asked and path:
        with refusals():
            _use(catalogue.add_dataset(Path(path), name))
    st.divider()
    upload = st.file_uploader("Or upload a zip", type="zip", max_upload_size=1024)
    if upload:
        with refusals():
            found = check.describe_dataset(catalogue.open_upload(upload.getvalue(), upload.name))
            st.success(f"{found.cases:,} radiographs of {found.patients_in_all:,} patients. Nothing is saved yet.")
            if st.button("Save it here", type="primary"):
                _use(catalogue.keep_upload(upload.getvalue(), upload.name))


def _use(entry: catalogue.Entry) -> None:
    cached.forget_datasets()
    st.session_state["added"] = entry.name
    st.rerun()


def _remove(name: str) -> None:
    with refusals():
        catalogue.remove_dataset(name)
    cached.forget_datasets()
    st.session_state.pop("dataset", None)
    st.toast(f"{plain(name)} is no longer listed. Its files are where they were.", icon=":material/info:")
