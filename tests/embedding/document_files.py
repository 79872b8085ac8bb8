"""Writes the files that a document shows: document_files.py DOCUMENT FOLDER. Blocks begin with ```cpp file=NAME."""

import pathlib
import re
import sys

FENCE = re.compile(r"^```\w+ +file=(\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

document, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
for name, body in FENCE.findall(document.read_text(encoding="utf-8")):
    (folder / name).write_text(body, encoding="utf-8")
