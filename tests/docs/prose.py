"""Prose in plain technical English: lines of at most 120 characters, and no word that has a plainer one.

prose.py                 checks the pages, and the string literals and comments of apps, framework and plugins
prose.py --sentences     prints all string literals that read like sentences: help texts, descriptions, errors

The exceptions are in prose_exceptions.txt. Exit status 0: nothing was found.
"""

import pathlib
import re
import sys

from pages import ROOT, name, pages, without_code, without_spans

WIDTH = 120
# What to avoid, and what to write instead.
WORDS = {
    r"told|tells?|telling": "report, print, show",
    r"anew": "again",
    r"(?<!mm )(?<!voxels )(?<!voxel )(?<!far )(?<!0\.01 )apart": "separate, in a separate process, except",
    r"go on|goes on|going on|went on": "continue",
    r"(?:has|have) not(?= (?:a|an|the|any|one)\b)": "lacks, without, missing",
    r"lets? go|let go of": "release, destroy",
    r"stands? in": "is in, contains",
    r"stands? (?:there|twice|beside)": "is there, occurs twice, is beside",
    r"nobody": "no one, unconnected, not used",
    r"no use for|no business": "unexpected, independent of",
    r"made[- ]up": "artificial",
    r"strangers?'?": "untrusted, from others",
    r"mend(?:ed|s|ing)?": "correct, corrected",
    r"is said|are said": "is reported, is printed",
    r"judged?|judges|judging": "check, checked, validation",
    r"holds": "contains, has",
    r"(?:is|are) here already|is not here": "exists already, is missing",
    r"taken to bits|comes to nothing|befalls?": "(plain words)",
}
PATTERN = re.compile(r"\b(?:" + "|".join(f"({words})" for words in WORDS) + r")(?!\w)", re.IGNORECASE)
LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
COMMENT = re.compile(r"(?:^|\s)///?<?\s")


def exceptions():
    """Lines of prose_exceptions.txt: FILE: WORDS OF THE LINE."""
    found = set()
    for line in (pathlib.Path(__file__).parent / "prose_exceptions.txt").read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            file, words = line.split(": ", 1)
            found.add((file, words.strip()))
    return found


def sources():
    for folder in ("apps", "framework", "plugins"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".cpp", ".h") and "templates" not in path.parts:
                yield path


def literals(path):
    """(line, text) of the string literals; neighbours that the compiler joins are one."""
    joined, begin = "", 0
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        code = line.strip()
        if code.startswith("//") or code.startswith("#include"):
            continue
        found = list(LITERAL.finditer(line))
        for at, literal in enumerate(found):
            begin = begin or number
            joined += literal[1]
            between = line[literal.end() : found[at + 1].start()] if at + 1 < len(found) else line[literal.end() :]
            if between.strip():
                yield begin, joined
                joined, begin = "", 0
        if joined and not found:
            yield begin, joined
            joined, begin = "", 0


def comments(path):
    """(line, text) of the comments that begin with // or ///; one in a literal, such as a URL, is none."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        code = LITERAL.sub(lambda found: "x" * len(found[0]), line.replace("'\"'", "'x'"))
        if found := COMMENT.search(code):
            yield number, line[found.end() :]


def faults_of_line(line):
    for found in PATTERN.finditer(line):
        yield f"'{found[0]}': write {list(WORDS.values())[found.lastindex - 1]}"


def faults_of_page(path):
    for number, line in enumerate(without_code(path.read_text(encoding="utf-8")).split("\n"), 1):
        prose = not line.startswith(("|", "[")) and " " in line.strip()
        if prose and len(line) > WIDTH and not re.fullmatch(r" *(?:[-*>] |#+ |\d+\. )*\S+", line):
            yield number, line, f"{len(line)} characters, at most {WIDTH}"
        for fault in faults_of_line(without_spans(line)):
            yield number, line, fault


def faults_of_source(path):
    for number, text in literals(path):
        for fault in faults_of_line(text):
            yield number, text, fault
    for number, text in comments(path):
        for fault in faults_of_line(without_spans(text)):
            yield number, text, fault


def is_sentence(text):
    return len(text.split()) >= 4 and not text.startswith(("{", "<")) and re.search(r"[a-z]{3} [a-z]", text)


def main():
    if sys.argv[1:] == ["--sentences"]:
        for path in sources():
            for number, text in literals(path):
                if is_sentence(text):
                    print(f"{name(path)}:{number}: {text}")
        return 0
    allowed, used, count = exceptions(), set(), 0
    for path, finder in [(one, faults_of_page) for one in pages()] + [(one, faults_of_source) for one in sources()]:
        for number, line, fault in finder(path):
            reasons = {one for one in allowed if one[0] == name(path) and one[1] in line}
            used |= reasons
            if not reasons:
                print(f"{name(path)}:{number}: {fault}\n    {line.strip()[:200]}")
                count += 1
    for file, words in sorted(allowed - used):
        print(f"tests/docs/prose_exceptions.txt: not needed any more: {file}: {words}")
        count += 1
    print(f"prose: {count} to correct")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
