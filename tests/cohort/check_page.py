#!/usr/bin/env python3
"""Checks a run's page (report.html) against its table (cases.csv): well formed, one JSON island and one script that the page's policy
names, nothing from outside, a row for each case, every text of the table there. How the page is laid out is looked at in a browser
(check_in_browser.py). Standard library only.

    check_page.py report.html cases.csv
"""

import base64
import csv
import hashlib
import json
import sys
from html.parser import HTMLParser

VOID = {"meta", "img", "br", "input", "link", "hr"}
KNOWN = {"html", "head", "meta", "title", "style", "body", "noscript", "p", "script"}


class Page(HTMLParser):
    """The page's elements, and the faults of its form."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.faults, self.policy = [], [], ""
        self.data, self.scripts, self.styles = [], [], []
        self.into = None

    def handle_starttag(self, tag, attributes):
        held = dict(attributes)
        if tag not in KNOWN:
            self.faults.append(f"an element <{tag}> that the page does not use")
        for name, _ in attributes:
            if name.startswith("on") or name in ("href", "src", "srcset", "action"):
                self.faults.append(f"an attribute {name} of <{tag}>")
        if held.get("http-equiv") == "Content-Security-Policy":
            self.policy = held["content"]
        kinds = {"script": self.data if held.get("type") == "application/json" else self.scripts, "style": self.styles}
        self.into = kinds.get(tag)
        if self.into is not None:
            self.into.append("")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        self.into = None
        if not self.open or self.open[-1] != tag:
            self.faults.append(f"</{tag}> closes {self.open[-1] if self.open else 'nothing'}, line {self.getpos()[0]}")
        else:
            self.open.pop()

    def handle_data(self, data):
        if self.into is not None:
            self.into[-1] += data


def digest(text):
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


def policy_faults(page):
    for kind, texts in (("script-src", page.scripts), ("style-src", page.styles)):
        if len(texts) != 1 or f"{kind} {digest(texts[0])}" not in page.policy:
            yield f"{len(texts)} elements for {kind}, or the policy does not fit the one, so no browser uses it"
    if "default-src 'none'" not in page.policy or "unsafe" in page.policy:
        yield "the page's policy lets it load from outside"
    if any("url(" in style or "@import" in style for style in page.styles):
        yield "a style that loads something"


def link_faults(data):
    for row in data["rows"]:
        for link in [row["record"], row["viewer"], row["earlier"], *(picture["link"] for picture in row["pictures"])]:
            if link and (not link.startswith("./") or link.startswith("./..") or "://" in link):
                yield f"a link that leads to {link[:80]!r}"


def row_faults(data, cases):
    names = [case["case"].removeprefix("'") for case in cases]
    shown = [row["name"] for row in data["rows"]]
    if shown != names:
        yield f"the page's rows are {shown[:8]}..., {names[:8]}... expected"
    failed = [name for name, case in zip(names, cases) if case["status"] == "failed"]
    if [failure["who"] for failure in data["failures"] if failure["row"]] != failed:
        yield "the failures of the page are not those of the table"
    for case, row in zip(cases, data["rows"]):
        reason = row["reason"].replace("\n", " ")  # the table has an apostrophe before what a spreadsheet takes for a formula
        if case["reason"] not in (reason, "'" + reason) or case["status"] != row["status"]:
            yield f"the page says of {case['case']} {row['status']}, {row['reason']!r}, and the table {case['status']}, {case['reason']!r}"


def check(page_file, table_file):
    """Faults, as sentences."""
    with open(page_file, encoding="utf-8") as file:
        text = file.read()
    with open(table_file, encoding="utf-8", newline="") as file:
        cases = list(csv.DictReader(file))
    page = Page()
    page.feed(text)
    page.close()
    faults = list(page.faults)
    if page.open:
        faults.append(f"never closed: {page.open}")
    faults += policy_faults(page)
    if len(page.data) != 1:
        return [*faults, f"{len(page.data)} JSON islands, 1 expected"]
    data = json.loads(page.data[0])
    faults += link_faults(data)
    faults += row_faults(data, cases)
    for control in set(text) & set(map(chr, [*range(0, 9), 11, 12, *range(14, 32), 127])):
        faults.append(f"a control character {control!r}")
    if not data["rows"]:
        faults.append("no row at all")
    return faults


def main():
    faults = check(*sys.argv[1:3])
    for fault in faults:
        print(f"check_page: {fault}")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
