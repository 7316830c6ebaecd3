import re
import urllib.request

from playwright.sync_api import expect

from tests.browser.conftest import serve


def test_a_new_user_sees_the_home_page(app, page):
    assert urllib.request.urlopen(f"{app}/_stcore/health").read() == b"ok"
    page.goto(app)
    expect(page.get_by_role("heading", name="CXR Lens")).to_be_visible()
    expect(page.get_by_text("Research use only")).to_be_visible()
    expect(page.get_by_text("not a medical device")).to_be_visible()
    expect(page.get_by_text("500 synthetic radiographs").first).to_be_visible()
    expect(page).to_have_title("CXR Lens · CXR Lens")


def test_every_picture_is_drawn_and_has_a_text_alternative(app, page):
    page.goto(app)
    pictures = page.locator("[data-testid='stImage'] img")
    expect(pictures).to_have_count(8)
    for picture in pictures.all():
        expect(picture).to_have_attribute("alt", re.compile("Sample radiograph of .*, (NORMAL|PNEUMONIA)"))
        assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0


def test_nothing_is_asked_of_any_other_machine(app, page):
    outside = []
    page.on(
        "request",
        lambda request: None if request.url.startswith((app, "data:", "blob:")) else outside.append(request.url),
    )
    for path in ("/", "/data", "/data?view=Cases"):
        page.goto(app + path)
        expect(page.get_by_text("Research use only")).to_be_visible()
        page.wait_for_load_state("networkidle")
    assert outside == []


def test_the_keyboard_leads_from_home_to_the_phantoms(app, page):
    page.goto(app)
    expect(page.get_by_role("link", name="Browse the phantoms")).to_be_visible()
    for _ in range(30):
        page.keyboard.press("Tab")
        focused = page.locator("a:focus")
        if focused.count() and "Browse the phantoms" in focused.inner_text():
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Data", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^phantom-"))).to_have_count(18)


def test_a_page_opened_cold_by_its_link_has_title_notice_and_menu(tmp_path, page):
    with serve(tmp_path / "home") as address:
        page.goto(f"{address}/data")
        expect(page.get_by_role("heading", name="Data", exact=True)).to_be_visible()
        expect(page.get_by_text("not a medical device")).to_be_visible()
        page.get_by_role("link", name="Home").click()
        expect(page.get_by_role("heading", name="CXR Lens")).to_be_visible()
