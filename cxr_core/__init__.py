"""The core of CXR Lens: everything but the pages. It never imports Streamlit; `docs/architecture.md` is its map."""

__version__ = "0.1.0"
