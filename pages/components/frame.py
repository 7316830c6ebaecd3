"""What every page begins with, and how it says that something cannot be used."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import streamlit as st

from cxr_core.figures.drawing import Drawing
from cxr_core.types import Refusal
from pages.components.menu import list_pages

NOTICE = "Research and teaching software, not a medical device. Do not use it to diagnose or treat anyone."
ICON = Path(__file__).with_name("icon.png")  # a file of our own: Streamlit would fetch a named icon from the web


def open_page(title: str, purpose: str) -> None:
    """Title, notice and purpose: the first call of every page."""
    _come_in_by_the_entry()
    st.set_page_config(page_title=f"{title} · CXR Lens", page_icon=ICON, layout="wide")
    # Streamlit leaves a hand's breadth empty above the title: on a laptop that is a fifth of the radiograph.
    st.html("<style>[data-testid='stMainBlockContainer'] {padding-top: 4.5rem; padding-bottom: 3rem}</style>")
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.title(title, anchor=False, width="content")
        st.markdown(f":orange-badge[:material/science: Research use only] {NOTICE}", width="content")
    st.markdown(purpose)


def _come_in_by_the_entry() -> None:
    """On a server that has served nothing yet, Streamlit runs a page opened by its link without the entry file.

    It does so because of the folder's name, pages/, until st.navigation is called for the first time. So that is
    called here, and the page run again: this time the entry comes first, and with it the menu.
    """
    if "entered" not in st.session_state:
        st.navigation(list_pages(), position="top")
        st.rerun()


@contextmanager
def refusals() -> Iterator[None]:
    """Shows a refusal raised inside as its one sentence, and ends the page there."""
    try:
        yield
    except Refusal as refusal:
        show_refusal(refusal)
        st.stop()


def show_refusal(refusal: Refusal) -> None:
    st.error(plain(str(refusal)), icon=":material/error:")


def show_drawing(drawing: Drawing, key: str) -> None:
    st.plotly_chart(drawing.figure, alt=drawing.alt, key=key, config={"displayModeBar": False})


def plain(text: str) -> str:
    """The text as it stands: names come from files and users, and Streamlit reads labels as Markdown."""
    return re.sub(r"([\\`*_{}\[\]()<>#+\-.!|~$:&])", r"\\\1", text)
