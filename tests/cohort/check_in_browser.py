#!/usr/bin/env python3
"""Opens a run's page in headless Chromium: its script runs under its own policy, sorting by a column sorts, the times are those of
nodes that ran, and a picture can be taken in light and in dark. Says so and ends with status 77 where there is no Chromium.

    check_in_browser.py report.html [--pictures DIR] [--height PIXELS]
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chromium-headless-shell")


def browse(browser, page, *options):
    with tempfile.TemporaryDirectory() as profile:
        root = ["--no-sandbox"] if os.geteuid() == 0 else []
        words = [browser, "--headless=new", "--disable-gpu", "--hide-scrollbars", "--enable-logging=stderr", "--log-level=0", *root,
                 f"--user-data-dir={profile}", *options, page.resolve().as_uri()]
        return subprocess.run(words, capture_output=True, text=True, timeout=180, check=True)


def rows_of(dom):
    return re.findall(r'<tr id="case-\d+">.*?</tr>', dom, re.S)


def seconds_of(rows, column):
    return [float(re.findall(r"<td.*?</td>", row, re.S)[column].split('data-v="')[1].split('"')[0] or "inf") for row in rows]


def check_times(browser, page):
    """The times are those of the nodes that ran, longest first. The first node of the page looks as if it had not run."""
    text = page.read_text(encoding="utf-8")
    before, island, after = re.split(r'(?<=id="run-data">)(.*?)(?=</script>)', text, maxsplit=1, flags=re.S)
    run = json.loads(island)
    run["nodes"][0]["firings"] = 0
    ran = sorted((node for node in run["nodes"] if node["firings"]), key=lambda node: -node["busy"])
    with tempfile.TemporaryDirectory() as folder:
        altered = pathlib.Path(folder) / "altered.html"
        altered.write_text(before + json.dumps(run).replace("<", "\\u003c") + after, encoding="utf-8")
        dom = browse(browser, altered, "--dump-dom").stdout
    assert re.findall(r"<g><title>(\S+) ", dom) == [node["id"] for node in ran], "the times are not those of the nodes that ran"
    others = len(run["nodes"]) - len(ran)
    assert f">{others} node{'s' if others > 1 else ''} did not run.<" in dom, "the page does not say how many nodes did not run"


def check(browser, page):
    looked = browse(browser, page, "--dump-dom")
    console = [line for line in looked.stderr.splitlines() if "CONSOLE" in line]
    assert not console, f"the page's console: {console}"
    assert re.search(r'<div class="tools">', looked.stdout), "the page's script did not run"
    assert "[object" not in looked.stdout, "the page has an element as text"
    failed = [">failed<" in row for row in rows_of(looked.stdout)]
    assert failed == sorted(failed, reverse=True), "the failed cases are not the first rows"
    heads = re.findall(r"<th.*?</th>", looked.stdout, re.S)
    column = next(i for i, head in enumerate(heads) if "time, s" in head)
    text = re.sub(r"<meta http-equiv=\"Content-Security-Policy\".*?>", "", page.read_text(encoding="utf-8"))
    click = f'<script>document.getElementById("table").tHead.rows[0].cells[{column}].querySelector("button").click()</script></body>'
    with tempfile.TemporaryDirectory() as folder:
        clicked = pathlib.Path(folder) / "clicked.html"
        clicked.write_text(text.replace("</body>", click), encoding="utf-8")
        rows = rows_of(browse(browser, clicked, "--dump-dom").stdout)
    assert len(rows) == len(rows_of(looked.stdout)) > 1, "rows were lost by sorting, or there are too few to sort"
    assert seconds_of(rows, column) == sorted(seconds_of(rows, column)), "the rows are not sorted by their time"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("page", type=pathlib.Path)
    parser.add_argument("--pictures", type=pathlib.Path, help="keep the pictures in this folder")
    parser.add_argument("--height", type=int, default=1600)
    options = parser.parse_args()
    browser = next((name for name in BROWSERS if shutil.which(name)), None)
    if not browser:
        print("SKIPPED: there is no Chromium; on Debian: apt-get install chromium")
        sys.exit(SKIPPED)
    if not options.page.exists():
        print(f"SKIPPED: there is no {options.page}")
        sys.exit(SKIPPED)
    check(browser, options.page)
    check_times(browser, options.page)
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.pictures or pathlib.Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        for look, extra in {"light": [], "dark": ["--force-dark-mode", "--blink-settings=preferredColorScheme=0"]}.items():
            picture = folder / f"report-{look}.png"
            browse(browser, options.page, f"--window-size=1240,{options.height}", f"--screenshot={picture.resolve()}", *extra)
            assert picture.stat().st_size > 10_000, f"the {look} picture is empty"
    print(f"check_in_browser: {options.page} is well in {browser}")


if __name__ == "__main__":
    main()
