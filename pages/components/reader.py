"""One file from the reader's own computer: what is read from it, or why it is refused."""

import streamlit as st

from cxr_core.radiographs.reading import DEFAULT_LIMITS, read_radiograph
from cxr_core.types import shorten_name
from cxr_core.words import say_radiograph
from pages.components.frame import refusals
from pages.components.lightbox import show_radiograph


def show_reader() -> None:
    st.markdown(
        "JPEG, PNG, TIFF, BMP or DICOM, whatever its name ends in. Of a DICOM header only what concerns the picture is "
        "read: **no name, number or date of a patient**. Nothing is stored."
    )
    upload = st.file_uploader("Radiograph", max_upload_size=DEFAULT_LIMITS.megabytes, key="radiograph")
    if not upload:
        return
    with refusals():
        radiograph = read_radiograph(upload.getvalue(), upload.name)
    title = shorten_name(upload.name, 40)
    show_radiograph(radiograph, title, say_radiograph(radiograph), alt="The radiograph that was opened")
