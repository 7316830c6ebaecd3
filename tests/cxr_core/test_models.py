from cxr_core.models import list_models


def test_a_model_is_a_folder_with_a_card(tmp_path):
    for name in ("lens", "mobilenet", "unfinished"):
        (tmp_path / name).mkdir()
    (tmp_path / "mobilenet" / "card.json").write_text("{}")
    (tmp_path / "lens" / "card.json").write_text("{}")
    (tmp_path / "README.md").write_text("")
    assert list_models(tmp_path) == ["lens", "mobilenet"]
    assert list_models(tmp_path / "nowhere") == []
