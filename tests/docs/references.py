"""What the pages name exists.

references.py            links to pages, to their headings and to files of the tree; pictures; blocks of JSON
references.py FLOWRUN    commands 'flowrun VERB --option', by what the program's --help lists

A block of JSON is a value, or the members of an object (a node of a graph, say). One that is neither begins with ```json fragment.
Exit status 0: nothing was found.
"""

import json
import re
import subprocess
import sys

from pages import LINK, ROOT, anchors, fenced, name, pages, without_code

COMMAND = re.compile(r"(?:^|[\s$;&|(])(?:\./)?flowrun +([a-z][a-z-]*)\b([^|;&#]*)")


def link_faults(path, text):
    for number, line in enumerate(without_code(text).split("\n"), 1):
        for target in LINK.findall(re.sub(r"`[^`]*`", "", line)):
            if re.match(r"https?:|mailto:", target):
                continue
            file, _, anchor = target.partition("#")
            found = (path.parent / file) if file else path
            if not found.exists():
                yield number, f"the link '{target}' leads to no file"
            elif anchor and anchor not in anchors(found.read_text(encoding="utf-8") if file else text):
                yield number, f"the link '{target}' leads to no heading"
            elif not found.resolve().is_relative_to(ROOT):
                yield number, f"the link '{target}' leaves the tree"


def is_json(body):
    for text in (body, "{" + body + "}"):
        try:
            json.loads(text)
            return True
        except ValueError:
            pass
    return False


def json_faults(text):
    for number, info, body in fenced(text):
        words = info.split()
        if words[:1] == ["json"] and words[1:2] != ["fragment"] and not is_json(body):
            yield number, "this block is no JSON"


def commands(text):
    """(line, verb, rest) of each command: in blocks of a shell, and in backticks."""
    for number, info, body in fenced(text):
        if info.split()[:1] in ([], ["sh"], ["text"]):
            for found in COMMAND.finditer(re.sub(r"\\\n", "  ", body)):
                yield number + body.count("\n", 0, found.start()) + 1, found[1], found[2].split("\n")[0]
    for found in re.finditer(r"`flowrun\s+([a-z][a-z-]*)([^`]*)`", without_code(text)):
        yield text.count("\n", 0, found.start()) + 1, found[1], found[2]


def help_of(flowrun, verb, known={}):
    if verb not in known:
        ended = subprocess.run([flowrun, verb, "--help"], capture_output=True, text=True, check=False)
        known[verb] = ended.stdout if ended.returncode == 0 and f"flowrun {verb}" in ended.stdout else None
    return known[verb]


def command_faults(flowrun, text):
    for number, verb, rest in commands(text):
        options = help_of(flowrun, verb)
        if options is None:
            yield number, f"there is no verb 'flowrun {verb}'"
            continue
        for option in re.findall(r"(?<![\w-])--[a-z][a-z-]*", rest):
            if option != "--help" and not re.search(re.escape(option) + r"(?![\w-])", options):
                yield number, f"'flowrun {verb}' has no option '{option}'"


def main():
    count = 0
    for path in pages():
        text = path.read_text(encoding="utf-8")
        if len(sys.argv) > 1:
            faults = [] if path.name == "CHANGELOG.md" else command_faults(sys.argv[1], text)
        else:
            faults = [*link_faults(path, text), *json_faults(text)]
        for number, fault in faults:
            print(f"{name(path)}:{number}: {fault}")
            count += 1
    print(f"references: {count} to correct")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
