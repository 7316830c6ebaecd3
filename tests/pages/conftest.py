import time

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.conftest import ROOT


@pytest.fixture
def open_page(home):
    """Opens the app at its entry, then the page; nothing is remembered from an earlier test."""
    st.cache_data.clear()
    st.cache_resource.clear()

    def open_at(file: str | None = None, **query: str) -> AppTest:
        app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
        for name, value in query.items():
            app.query_params[name] = value
        app.run()
        if file:
            app.switch_page(file)
            for name, value in query.items():
                app.query_params[name] = value
            app.run()
        assert not app.exception
        return app

    return open_at


def wait_for(app: AppTest, text: str) -> str:
    """What is on the page once the text is there: a browser looks again by itself, here the test does."""
    end = time.monotonic() + 60
    while text not in (seen := read_all(app)) and time.monotonic() < end:
        time.sleep(0.2)
        app.run()
    assert not app.exception
    assert text in seen
    return seen


def read_all(app: AppTest) -> str:
    """Every text on the page, as it was given to Streamlit."""
    kinds = ("title", "header", "subheader", "markdown", "caption", "error", "info", "warning", "success")
    return "\n".join(element.value for kind in kinds for element in getattr(app, kind))
