"""Flesch-Kincaid figures of the documents: readability.py [TREE]. Needs PyPI's textstat; code, tables, headings and links are left out."""

import pathlib
import re
import sys

import textstat

GROUPS = {"README": ["README.md"], "docs": ["docs/*.md"], "decisions": ["docs/decisions/*.md"], "node pages": ["docs/nodes/*.md"]}


def prose(text):
    """The running text, a paragraph or item of a list as sentences that end."""
    text = re.sub(r"^ *```.*?^ *```", "", text, flags=re.MULTILINE | re.DOTALL)
    text = "\n".join("" if line.startswith(("|", "#", "!")) else line for line in text.split("\n"))
    text = re.sub(r"\]\([^)]*\)", "]", text)
    text = re.sub(r"[\[\]*_]", "", re.sub(r"`[^`]*`", "name", text))
    text = re.sub(r"^ *(?:[-*]|\d+\.) +", "\n", text, flags=re.MULTILINE)
    parts = [" ".join(part.split()) for part in re.split(r"\n\s*\n", text) if part.strip()]
    return "\n\n".join(part if part[-1] in ".!?" else part.rstrip(":;,") + "." for part in parts)


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[2])
    print("| | grade (Flesch-Kincaid) | words a sentence | words |\n| --- | --- | --- | --- |")
    for name, patterns in GROUPS.items():
        text = "\n\n".join(prose(path.read_text(encoding="utf-8")) for one in patterns for path in sorted(root.glob(one)))
        words = textstat.lexicon_count(text)
        print(f"| {name} | {textstat.flesch_kincaid_grade(text):.1f} | {words / max(1, textstat.sentence_count(text)):.1f} | {words} |")


main()
