"""Makes every edit of docs/cookbook.md in a copy of graphs and validates the graph: cookbook.py FLOWRUN GRAPHS FOLDER

An edit is a block ```json edit=FILE KEY; blocks of one heading and file are one edit. Its members are put into the object KEY of the
graph; null removes one. A model may be missing, since the graphs are not run. Exit status 0: all are valid.
"""

import json
import pathlib
import re
import shutil
import subprocess
import sys

from pages import ROOT, fenced

INFO = re.compile(r"json edit=graphs/(\S+) (\w+)")


def edits():
    """(heading, file, [(key, members)]) of each edit."""
    found = []
    for part in re.split(r"^### ", (ROOT / "docs" / "cookbook.md").read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        blocks = [(INFO.fullmatch(info), body) for _, info, body in fenced(part)]
        files = {match[1] for match, _ in blocks if match}
        if len(files) != 1 or not all(match for match, _ in blocks):
            sys.exit(f"cookbook: '{part.splitlines()[0]}' has no blocks 'json edit=FILE KEY' of one file")
        found.append((part.splitlines()[0], files.pop(), [(match[2], json.loads("{" + body + "}")) for match, body in blocks]))
    return found


def made(graph, changes):
    for key, members in changes:
        there = graph.setdefault(key, {})
        for name, value in members.items():
            if value is None:
                there.pop(name)
            else:
                there[name] = value
    return graph


def faults(flowrun, folder, file, changes):
    path = folder / file
    kept = path.read_text(encoding="utf-8")
    graph = json.loads(kept)
    before = json.dumps(graph)
    path.write_text(json.dumps(made(graph, changes), indent=1), encoding="utf-8")
    if json.dumps(graph) == before:
        return "the edit changes nothing"
    ended = subprocess.run([flowrun, "validate", file], cwd=folder, capture_output=True, text=True, check=False)
    path.write_text(kept, encoding="utf-8")
    lines = [line for line in ended.stderr.splitlines() if "error" in line and "does not exist" not in line]
    lines = [line for line in lines if "can only be used inside another graph" not in line]
    if "stages/" in file:  # a subgraph gets its values from the graph that uses it
        lines = [line for line in lines if "has no default, so it needs a value" not in line]
    return "\n".join(lines) if ended.returncode not in (0, 2) or lines else ""


def main():
    flowrun, graphs, folder = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(graphs, folder)
    wrong, number = 0, 0
    for heading, file, changes in edits():
        number += 1
        if found := faults(flowrun, folder, file, changes):
            print(f"'{heading}' in {file}:\n{found}")
            wrong += 1
    print(f"cookbook: {number} edits, {wrong} to correct")
    return 1 if wrong or number < 20 else 0


sys.exit(main())
