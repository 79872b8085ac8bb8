#!/usr/bin/env python3
"""The site that docs/site/build.py made, used in headless Chromium from a disk: check_site.py HTML_FOLDER"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "viewer"))
from browser import SKIPPED, Browser, find_browser

BACKGROUND = "getComputedStyle(document.body).backgroundColor"
CODE = "getComputedStyle(document.querySelector('.highlight')).backgroundColor"
THEME = "document.body.dataset.theme"
SWITCH = ".theme-toggle-content button"
ICONS = f"[...document.querySelectorAll('{SWITCH} svg')].filter(one => getComputedStyle(one).display !== 'none').length"
REFUSED = ("Object.defineProperty(window, 'localStorage', "
           "{ configurable: true, get() { throw new DOMException('refused', 'SecurityError'); } })")


def expect(what, found, wanted):
    if found != wanted:
        raise AssertionError(f"{what}: {found!r}, not {wanted!r}")


def is_dark(colour):
    return sum(int(part) for part in colour[colour.index("(") + 1:-1].split(",")[:3]) < 3 * 128


def prefer(browser, scheme):
    browser.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])


def expect_dark(browser, what, wanted):
    browser.settle()
    expect(f"dark page, {what}", is_dark(browser.value(BACKGROUND)), wanted)
    expect(f"dark code, {what}", is_dark(browser.value(CODE)), wanted)


def check_loading(browser, page):
    browser.open(page)
    expect("words of the console", browser.faults, [])
    expect("pages say that scripts run", browser.value("document.documentElement.classList.contains('no-js')"), False)


def check_switch(browser, page, kept):
    """auto, the other, the browser's own, auto again; with storage that keeps the choice for the next page."""
    for scheme in ("light", "dark"):
        other = {"light": "dark", "dark": "light"}[scheme]
        prefer(browser, scheme)
        browser.open(page)
        expect("theme at first", browser.value(THEME), "auto")
        for wanted in ("auto", other, scheme):
            expect("theme", browser.value(THEME), wanted)
            shown = scheme if wanted == "auto" else wanted
            expect_dark(browser, f"{wanted} in a browser that prefers {scheme}", shown == "dark")
            expect("icons of the switch", browser.value(ICONS), 1)
            browser.click(SWITCH)
        browser.click(SWITCH)
        browser.open(page)
        expect("theme of the next page", browser.value(THEME), other if kept else "auto")
        if kept:
            browser.value("localStorage.clear()")


def check_section(browser, page):
    """The contents at the side mark the section that is read."""
    browser.open(page)
    last = "[...document.querySelectorAll('.toc-tree a')].at(-1)"
    browser.value(f"document.querySelector({last}.getAttribute('href')).scrollIntoView({{ behavior: 'instant' }})")
    browser.until(f"{last}.closest('li').classList.contains('scroll-current')", 20)


def check_tables(browser, page):
    """On a narrow page a wide table scrolls, and the page does not."""
    browser.ask("Emulation.setDeviceMetricsOverride", width=420, height=900, deviceScaleFactor=1, mobile=False)
    browser.open(page)
    expect("width of the page", browser.value("document.documentElement.scrollWidth"), 420)
    wide = "[...document.querySelectorAll('table')].filter(one => one.scrollWidth > one.parentElement.clientWidth)"
    if not browser.value(f"{wide}.length"):
        raise AssertionError(f"no table of {page.name} is wider than 420 pixels")
    cut_off = browser.value(f"{wide}.filter(one => getComputedStyle(one.parentElement).overflowX !== 'auto').length")
    expect("tables that are cut off", cut_off, 0)


def main():
    if not find_browser():
        print("SKIPPED: no Chromium is installed; on Debian: apt-get install chromium")
        return SKIPPED
    docs = pathlib.Path(sys.argv[1]) / "docs"
    if not docs.is_dir():
        print("SKIPPED: the site is not built; the test docs_site builds it and says what it needs")
        return SKIPPED
    with Browser(1500, 900) as browser:
        for page in ("docs/start-images.html", "index.html", "search.html", "reference/index.html"):
            check_loading(browser, docs.parent / page)
        check_switch(browser, docs / "start-images.html", kept=True)
        check_section(browser, docs / "writing-a-node.html")
        check_tables(browser, docs / "start-images.html")
        expect("words of the console", browser.faults, [])
    with Browser(1500, 900) as browser:
        browser.ask("Page.addScriptToEvaluateOnNewDocument", source=REFUSED)
        check_switch(browser, docs / "start-images.html", kept=False)
    print("site: switch, contents and tables work")
    return 0


if __name__ == "__main__":
    sys.exit(main())
