"""The styles, scripts and pictures that the pages of a site load: those that are missing, or that lie outside of it."""

import html.parser
import pathlib
import re
import urllib.parse

STYLE_URL = re.compile(r"""url\(\s*["']?([^"')]+)|@import\s+["']([^"']+)""")


class Loaded(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = set()

    def handle_starttag(self, tag, attributes):
        of = dict(attributes)
        if tag in ("script", "img"):
            self.found.add(of.get("src"))
        elif tag == "link" and {"stylesheet", "icon"} & set((of.get("rel") or "").split()):
            self.found.add(of.get("href"))


def loaded_by(path):
    text = path.read_text(encoding="utf-8", errors="replace")
    if path.suffix == ".css":
        return {one or other for one, other in STYLE_URL.findall(text)}
    page = Loaded()
    page.feed(text)
    return page.found - {None}


def missing(site):
    """A sentence for each file that is not there, with the first page that loads it."""
    faults = {}
    for path in sorted([*site.rglob("*.html"), *site.rglob("*.css")]):
        for address in loaded_by(path):
            parts = urllib.parse.urlsplit(address)
            target = (path.parent / urllib.parse.unquote(parts.path)).resolve()
            if parts.scheme == "data" or not parts.path:
                continue
            if parts.scheme or parts.netloc or not target.is_relative_to(site.resolve()) or not target.is_file():
                faults.setdefault(address, f"{path.relative_to(site)} loads {address}, which is no file of the site")
    return sorted(faults.values())
