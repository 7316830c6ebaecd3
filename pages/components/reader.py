"""One file from the reader's own computer: what is read from it, or why it is refused."""

import streamlit as st

from cxr_core.figures import pictures
from cxr_core.radiographs.reading import DEFAULT_LIMITS, read_radiograph
from cxr_core.types import Radiograph, shorten_name
from pages.components.frame import plain, refusals


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
    picture, facts = st.columns([3, 2], gap="large")
    with picture:
        width = pictures.find_width(radiograph)
        st.image(pictures.encode_radiograph(radiograph), alt="The radiograph that was opened", width=width)
    with facts:
        st.subheader(plain(shorten_name(upload.name, 40)), anchor=False)
        st.table(_list_facts(radiograph), border="horizontal")
        for warning in radiograph.warnings:
            st.warning(plain(warning), icon=":material/info:")


def _list_facts(radiograph: Radiograph) -> dict[str, str]:
    spacing = radiograph.spacing
    facts = {
        "Format": radiograph.source_format,
        "Size": f"{radiograph.width:,} x {radiograph.height:,} pixels",
        "View": radiograph.view or "not told by the file",
        "Spacing": f"{spacing[0]:g} x {spacing[1]:g} mm a pixel" if spacing else "not told by the file",
    }
    return {fact: plain(value) for fact, value in facts.items()}
