"""Makes the edits that pages show in a copy of graphs, and validates the graph of each: cookbook.py FLOWRUN GRAPHS FOLDER

An edit is a block ```json edit=FILE KEY; blocks of one heading and file are one edit. Its members are put into the object KEY of
the graph; null removes one. The command `flowrun validate ...` of its text is run, or validate with FILE. Where a writer gets
another packet than before, no other node may read the old one: a picture, a table and a file would be of different masks.
Exit status 0: all are valid, without warnings except of models that are not there.
"""

import json
import pathlib
import re
import shutil
import subprocess
import sys

from pages import ROOT, fenced, without_code

PAGES = {"cookbook.md": 20, "own-models.md": 1}  # and how many edits each has
INFO = re.compile(r"json edit=(graphs/\S+) (\w+)")
COMMAND = re.compile(r"`flowrun (validate graphs/[^`]*)`")


def edits():
    """(heading, file, [(key, members)], words of the command that checks it) of each edit."""
    found = []
    for page in PAGES:
        for part in re.split(r"^##+ ", (ROOT / "docs" / page).read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
            heading = part.splitlines()[0]
            blocks = [(INFO.fullmatch(info), body) for _, info, body in fenced(part) if "edit=" in info]
            files = {match[1] for match, _ in blocks if match}
            commands = COMMAND.findall(without_code(part)) or [f"validate {file}" for file in files]
            if blocks and (len(files) != 1 or len(commands) != 1 or not all(match for match, _ in blocks)):
                sys.exit(f"{page}: '{heading}' has no blocks 'json edit=FILE KEY' of one file, or several commands")
            if blocks:
                changes = [(match[2], json.loads("{" + body + "}")) for match, body in blocks]
                found.append((heading, files.pop(), changes, commands[0].split()))
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


def edges(node):
    """The outputs that a node reads, as "node.port"; also those that a parameter or a condition names."""
    texts = re.findall(r'"([^"]+)"', json.dumps([node.get("inputs", {}), node.get("params", {}), node.get("when", [])]))
    return {text for text in texts if re.fullmatch(r"[\w-]+\.[\w-]+", text)}


def way_to(nodes, edge, found=()):
    """The nodes that an edge depends on, with the one that makes it."""
    found = set(found)
    node = edge.split(".")[0]
    if node in nodes and node not in found:
        found.add(node)
        for before in edges(nodes[node]):
            found = way_to(nodes, before, found)
    return found


def left_behind(before, after):
    """Nodes that still read what a writer read before the edit, and are not on the way to what it reads now."""
    faults = []
    for name, node in before.items():
        if not node["type"].startswith("io.write_") or name not in after:
            continue
        old, new = edges(node), edges(after[name])
        for reader, other in after.items():
            stale = (old - new) & edges(other)
            if stale and not any(reader in way_to(after, edge) for edge in new):
                faults.append(f"'{reader}' reads {stale.pop()}, and '{name}' now writes {', '.join(sorted(new))}")
    return faults


def faults(flowrun, folder, file, changes, command):
    path = folder / file
    kept = path.read_text(encoding="utf-8")
    before, after = json.loads(kept), made(json.loads(kept), changes)
    if before == after:
        return "the edit changes nothing"
    path.write_text(json.dumps(after, indent=1), encoding="utf-8")
    ended = subprocess.run([flowrun, *command], cwd=folder, capture_output=True, text=True, check=False)
    path.write_text(kept, encoding="utf-8")
    lines = [line for line in ended.stderr.splitlines() if ": warning: " in line and "does not exist" not in line]
    if ended.returncode:
        lines = [*ended.stdout.splitlines(), *ended.stderr.splitlines()]
    return "\n".join([*lines, *left_behind(before["nodes"], after["nodes"])])


def main():
    flowrun, graphs, folder = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(graphs, folder / "graphs")
    wrong, number = 0, 0
    for heading, file, changes, command in edits():
        number += 1
        if found := faults(flowrun, folder, file, changes, command):
            print(f"'{heading}' in {file}:\n{found}")
            wrong += 1
    print(f"cookbook: {number} edits, {wrong} to correct")
    return 1 if wrong or number != sum(PAGES.values()) else 0


sys.exit(main())
