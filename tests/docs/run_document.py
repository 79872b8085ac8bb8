"""Makes and runs what a document shows, as its reader would.

run_document.py DOCUMENT FOLDER

Fenced blocks whose first line says more than their language count, in their order:
  ```cpp file=src/a.cpp     is written to that file
  ```sh run                 is run by bash in FOLDER; one environment for all; a command that fails fails the document
  ```sh run status=2        the block's last command must end so
  ```text output            each line must be a line of what the run before it printed
FOLDER is made anew. Exit status 0: all of it worked.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys

os.environ["FLOWRUN_CACHE"] = "off"  # results of one run are no business of another

FENCE = re.compile(r"^```(\w+) +(\S[^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def run(folder, earlier, script, status):
    """Runs a block after the exports of the blocks before it; returns what it printed."""
    text = "set -euo pipefail\n" + earlier + script
    ended = subprocess.run(["bash", "-c", text], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    print(ended.stdout, end="")
    if ended.returncode != status:
        sys.exit(f"run_document: this ended with {ended.returncode}, expected {status}:\n{script}")
    return ended.stdout


def main():
    document, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    exports, printed, counts = "", "", {"file": 0, "run": 0, "output": 0}
    for _, words, body in FENCE.findall(document.read_text(encoding="utf-8")):
        kind = words.split()[0].split("=")[0]
        if kind not in counts:
            sys.exit(f"run_document: a block of unknown kind '{words}'")
        counts[kind] += 1
        if kind == "file":
            file = folder / words.split("=", 1)[1]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(body, encoding="utf-8")
        elif kind == "run":
            status = re.search(r"status=(\d+)", words)
            print(f"$ {body}", end="", flush=True)
            printed = run(folder, exports, body, int(status.group(1)) if status else 0)
            exports += "".join(line + "\n" for line in body.splitlines() if line.startswith("export "))
        else:
            for line in body.splitlines():
                if line not in printed.splitlines():
                    sys.exit(f"run_document: the run before did not print this line:\n{line}")
    if not counts["file"] or not counts["run"]:
        sys.exit("run_document: the document shows no file or no command")
    print(f"run_document: {counts['file']} files, {counts['run']} runs, {counts['output']} outputs")


main()
