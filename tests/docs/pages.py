"""The Markdown pages of the tree, as the checks of tests/docs read them: prose, fenced blocks, headings, links."""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^( *)```([^\n`]*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^()\s]+)\)")


def pages():
    """README, CHANGELOG and all pages below docs, in a fixed order."""
    return [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def name(path):
    return path.relative_to(ROOT).as_posix()


def fenced(text):
    """(number of the first line, info string, body) of each fenced block."""
    return [(text.count("\n", 0, found.start()) + 1, found[2].strip(), found[3]) for found in FENCE.finditer(text)]


def without_code(text):
    """The text with as many lines, and nothing in its fenced blocks."""
    return FENCE.sub(lambda found: "\n" * found[0].count("\n"), text)


def without_spans(line):
    """The line without code in backticks and without the targets of links."""
    return re.sub(r"\]\([^()\s]+\)", "]", re.sub(r"`[^`]*`", "``", line))


def slug(heading):
    """The anchor of a heading, as GitHub makes it."""
    text = re.sub(r"\]\([^)]*\)", "", heading).replace("`", "").replace("[", "").strip().lower()
    return re.sub(r"[^\w\- ]", "", text.replace("\\", "")).replace(" ", "-")


def anchors(text):
    found = set()
    for heading in re.findall(r"^#{1,6} +(.*?) *$", without_code(text), re.MULTILINE):
        base, name, again = slug(heading), slug(heading), 0
        while name in found:
            again += 1
            name = f"{base}-{again}"
        found.add(name)
    return found
