#!/usr/bin/env python3
"""Checks a run's page (report.html) against its table (cases.csv): well formed, a row for each case with failed ones first, nothing
from outside, no script but the page's own, every text of the table there and as text. Standard library only.

    check_page.py report.html cases.csv
"""

import base64
import csv
import hashlib
import re
import sys
from html.parser import HTMLParser

VOID = {"meta", "img", "br", "input", "link", "hr", "rect", "line", "path"}
KNOWN = {"html", "head", "meta", "title", "style", "body", "header", "h1", "h2", "h3", "p", "code", "ul", "li", "b", "span", "a", "div",
         "table", "thead", "tbody", "tr", "th", "td", "button", "img", "br", "input", "label", "details", "summary", "dl", "dt", "dd",
         "svg", "g", "text", "rect", "line", "path", "script"}


class Page(HTMLParser):
    """The page's elements, and the faults of its form."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.faults, self.links, self.scripts = [], [], [], []
        self.rows, self.text, self.policy, self.ids = [], [], "", []

    def handle_starttag(self, tag, attributes):
        held = dict(attributes)
        if tag not in KNOWN:
            self.faults.append(f"an element <{tag}> that the page does not use")
        for name, value in attributes:
            if name.startswith("on"):
                self.faults.append(f"an attribute {name} of <{tag}>")
            if name in ("href", "src", "srcset", "action", "xlink:href"):
                self.links.append((tag, name, value or ""))
        if "id" in held:
            self.ids.append(held["id"])
        if held.get("http-equiv") == "Content-Security-Policy":
            self.policy = held["content"]
        if tag == "tr" and held.get("id", "").startswith("case-"):
            self.rows.append([])
        if tag == "td" and self.rows and "tbody" in self.open:
            self.rows[-1].append("")
        if tag == "script":
            self.scripts.append("")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if not self.open or self.open[-1] != tag:
            self.faults.append(f"</{tag}> closes {self.open[-1] if self.open else 'nothing'}, line {self.getpos()[0]}")
        else:
            self.open.pop()

    def handle_data(self, data):
        if self.open and self.open[-1] == "script":
            self.scripts[-1] += data
        elif "td" in self.open and self.rows:
            self.rows[-1][-1] += data
        if not self.open or self.open[-1] not in ("script", "style"):
            self.text.append(data)


def link_faults(page):
    for tag, name, value in page.links:
        inside = value.startswith("#") and value[1:] in page.ids
        picture = tag == "img" and value.startswith("data:image/png;base64,")
        beside = value.startswith("./") and not value.startswith("./..") and "://" not in value
        if not (inside or picture or beside):
            yield f"<{tag} {name}> leads to {value[:80]!r}"


def script_faults(page):
    if len(page.scripts) != 1:
        yield f"{len(page.scripts)} scripts, 1 expected"
    for script in page.scripts:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        if f"script-src 'sha256-{digest}'" not in page.policy:
            yield "the page's policy does not fit its script, so no browser runs it"
    if "default-src 'none'" not in page.policy:
        yield "the page's policy lets it load from outside"


def row_faults(page, cases):
    names = [case["case"].removeprefix("'") for case in cases]
    failed = [name for name, case in zip(names, cases) if case["status"] == "failed"]
    in_order = failed + [name for name in names if name not in set(failed)]
    shown = [next((cell for cell in row if cell in set(names)), None) for row in page.rows]
    if shown != in_order:
        yield f"the page's rows are {shown[:8]}..., {in_order[:8]}... expected"
    text = " ".join(page.text)
    for case in cases:
        reason = case["reason"].removeprefix("'")
        if reason and reason not in text.replace("\n", " "):
            yield f"the reason of {case['case']} is not on the page: {reason!r}"


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
    faults += link_faults(page)
    faults += script_faults(page)
    faults += row_faults(page, cases)
    styles = re.findall(r"<style>(.*?)</style>", text, re.S)
    if any("url(" in style or "@import" in style for style in styles):
        faults.append("a style that loads something")
    for control in set(text) & set(map(chr, [*range(0, 9), 11, 12, *range(14, 32), 127])):
        faults.append(f"a control character {control!r}")
    if not page.rows:
        faults.append("no row at all")
    return faults


def main():
    faults = check(*sys.argv[1:3])
    for fault in faults:
        print(f"check_page: {fault}")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
