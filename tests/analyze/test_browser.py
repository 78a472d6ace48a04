"""The dashboard in a real browser: Chromium opens each page of the app that the command starts."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from dashboard.app import PAGES
from playwright.sync_api import sync_playwright

from tests.transform.warehouse import ROOT

from .marts import PATH, PERSON, TEAM, TITLE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Page, ViewportSize

    from tests.transform.warehouse import Warehouse

CHROMIUM = shutil.which("chromium")
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)
SCREENSHOTS = ROOT / "output" / "dashboard"
DESK: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
START_SECONDS = 90
PAGE_MILLISECONDS = 60_000
# Streamlit looks for its own server below the address of a page first.
PROBE = re.compile(r"/[\w-]+/_stcore/(health|host-config)$")
CONTENT = "[data-testid=stVegaLiteChart], [data-testid=stDataFrame]"
DONE = "[data-testid=stApp][data-test-script-state=notRunning]"
HAS_CELL = (
    "text => [...document.querySelectorAll('canvas [role=gridcell]')].some(each => each.textContent === text)"
)
DRAWN = """() => [...document.querySelectorAll('[data-testid=stVegaLiteChart]')]
    .every(chart => chart.querySelector('svg.marks'))"""

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: `apt-get install chromium`, as root"),
]


@pytest.fixture(scope="module")
def address(marts: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return where the app is."""
    log = tmp_path_factory.mktemp("app") / "log"
    with log.open("wb") as file:
        app = subprocess.Popen(
            [str(ROOT / ".venv" / "bin" / "dashboard"), "--server.port", "0"],
            env=marts.environment,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
        try:
            yield _started(log)
        finally:
            app.terminate()
            app.wait()


def _started(log: Path) -> str:
    """Return the address that the app says it is at."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if found := re.search(r"http://127\.0\.0\.1:\d+", log.read_text()):
            return found[0]
        time.sleep(0.1)
    raise AssertionError(log.read_text())


@pytest.fixture(scope="module")
def chromium() -> Iterator[BrowserContext]:
    """Return a browser, which compiles the app's scripts once for all pages."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser.new_context(viewport=DESK)
        browser.close()


@dataclass
class Seen:
    """A page, and what the browser had to say about it."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        """Open a page and wait until it is drawn."""
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self._note(request.url))
        self.page.on("dialog", self._dismiss)
        self.page.goto(self.address + path)
        self.page.wait_for_selector(CONTENT, timeout=PAGE_MILLISECONDS)
        self.page.wait_for_selector(DONE, timeout=PAGE_MILLISECONDS)
        self.page.wait_for_function(DRAWN, timeout=PAGE_MILLISECONDS)

    def _dismiss(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not PROBE.search(message.location["url"]):
            self.complaints.append(message.text)

    def _note(self, url: str) -> None:
        if not url.startswith((self.address, self.address.replace("http", "ws"), "data:", "blob:")):
            self.elsewhere.append(url)

    def save(self, name: str) -> None:
        """Save a screenshot of the whole page."""
        main = self.page.locator("[data-testid=stMainBlockContainer]")
        height = int(main.evaluate("element => element.scrollHeight"))
        width = (self.page.viewport_size or DESK)["width"]
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.wait_for_function(DRAWN, timeout=PAGE_MILLISECONDS)
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png")


def seen(
    chromium: BrowserContext, address: str, path: str, size: ViewportSize = DESK, *, dark: bool = False
) -> Seen:
    """Return a page as a new visitor sees it."""
    page = chromium.new_page()
    page.set_viewport_size(size)
    page.emulate_media(color_scheme="dark" if dark else "light")
    found = Seen(page, address)
    found.open(path)
    return found


def path_of(name: str) -> str:
    """Return the path of a page; the first one is at the root."""
    return "/" if name == "overview" else f"/{name}"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_renders_without_complaint(chromium: BrowserContext, address: str, name: str) -> None:
    """No error, no warning, no other host; and what is hostile does nothing."""
    found = seen(chromium, address, f"{path_of(name)}?people=1&bots=1")
    found.save(name)
    assert found.page.locator("h1").inner_text() == PAGES[name].TITLE
    assert found.page.locator("[data-testid=stException], [data-testid=stAlertContentError]").count() == 0
    assert (found.complaints, found.elsewhere, found.dialogs) == ([], [], [])
    made = found.page.locator("img[src=x], svg[onload], a[href^='javascript'], strong:text-is('bold')")
    assert made.count() == 0
    for chart in found.page.locator("[data-testid=stVegaLiteChart]").all():
        assert chart.locator("[aria-label]").count() > 0
    found.page.close()


@pytest.mark.parametrize(
    ("name", "text"), [("pull-requests", TITLE), ("code", PATH), ("teams", TEAM), ("teams", PERSON)]
)
def test_hostile_text_is_shown_as_it_is(chromium: BrowserContext, address: str, name: str, text: str) -> None:
    """In the tables, as a screen reader reads them, each character of it."""
    found = seen(chromium, address, f"/{name}?people=1", {"width": 1600, "height": 3000})
    found.page.wait_for_function(HAS_CELL, arg=text, timeout=PAGE_MILLISECONDS)
    found.page.close()


def test_a_hostile_name_is_a_choice_like_any(chromium: BrowserContext, address: str) -> None:
    """A team is offered and chosen by its plain name, which goes into the address and back."""
    found = seen(chromium, address, "/")
    found.page.get_by_role("combobox", name="Team").click()
    found.page.get_by_role("option", name=TEAM, exact=True).click()
    found.page.wait_for_url(re.compile(r"team="))
    found.page.wait_for_selector(DONE)
    assert "1 team" in found.page.locator("[data-testid=stCaptionContainer]").first.inner_text()
    shared = seen(chromium, address, found.page.url.removeprefix(address))
    assert "1 team" in shared.page.locator("[data-testid=stCaptionContainer]").first.inner_text()
    assert (shared.complaints, shared.dialogs) == ([], [])
    found.page.close()
    shared.page.close()


def test_filters_stay_from_page_to_page(chromium: BrowserContext, address: str) -> None:
    """Going on by a link of the navigation, by keyboard alone, keeps what was chosen, and its address."""
    found = seen(chromium, address, "/?weeks=26")
    link = found.page.get_by_role("link", name="Reviews")
    link.focus()
    link.press("Enter")
    found.page.wait_for_url(re.compile(r"/reviews\?weeks=26"), timeout=PAGE_MILLISECONDS)
    found.page.get_by_role("heading", name="Reviews", exact=True).wait_for()
    found.page.wait_for_selector(DONE)
    assert "182 days" in found.page.locator("[data-testid=stCaptionContainer]").first.inner_text()
    found.page.close()


@pytest.mark.parametrize("name", ["overview", "pull-requests", "code"])
def test_a_page_fits_a_phone(chromium: BrowserContext, address: str, name: str) -> None:
    """Nothing has to be scrolled sideways."""
    found = seen(chromium, address, path_of(name), PHONE)
    width = found.page.evaluate("document.documentElement.scrollWidth")
    boxes = found.page.locator(
        "[data-testid=stMetric], [data-testid=stVegaLiteChart], [data-testid=stDataFrame]"
    )
    edges = boxes.evaluate_all("elements => elements.map(each => each.getBoundingClientRect().right)")
    assert width <= PHONE["width"]
    assert edges
    assert max(edges) <= PHONE["width"]
    found.save(f"{name}-phone")
    found.page.close()


def test_the_overview_is_readable_in_the_dark(chromium: BrowserContext, address: str) -> None:
    """A dark page has light text in its charts."""
    found = seen(chromium, address, "/", dark=True)
    found.save("overview-dark")
    color = "element => getComputedStyle(element).backgroundColor.match(/\\d+/g).slice(0, 3).map(Number)"
    page = found.page.locator("[data-testid=stApp]").evaluate(color)
    label = found.page.locator("svg.marks text").first.evaluate(
        "element => getComputedStyle(element).fill.match(/\\d+/g).slice(0, 3).map(Number)"
    )
    assert max(page) < 64
    assert min(label) > 160
    found.page.close()
