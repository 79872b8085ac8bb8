#!/usr/bin/env python3
"""The table, page and trace of a run that needs no image library: well formed, a row for each case.

    small_page.py flowrun FOLDER_OF_TEST_PLUGINS
"""

import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import check_page  # noqa: E402
import cohort  # noqa: E402

os.environ["FLOWRUN_CACHE"] = "off"  # results of one run are no business of another

GRAPH = """{ "format": 1, "name": "value", "inputs": { "value": { "type": "number" } }, "nodes": {
  "make": { "type": "clitest.make", "params": { "value": "${value}" } },
  "write": { "type": "clitest.write", "inputs": { "volume": "make.volume" }, "params": { "path": "${out}/${case}.txt" } } } }"""


def main():
    flowrun, plugins = map(os.path.abspath, sys.argv[1:3])
    with tempfile.TemporaryDirectory(prefix="flowrun-page-") as scratch:
        folder = pathlib.Path(scratch)
        (folder / "value.json").write_text(GRAPH)
        names = [f"case{i}" for i in range(30)]
        (folder / "cases.csv").write_text("case,value\n" + "".join(f"{name},{-1 if i % 7 == 3 else i}\n" for i, name in enumerate(names)))
        ended = subprocess.run([flowrun, "run", "value.json", "--cases", "cases.csv", "--out", "out", "--trace", "trace.json"], cwd=folder,
                               env={**os.environ, "FLOWRUN_PLUGIN_PATH": plugins}, capture_output=True, text=True, check=False)
        assert ended.returncode == 1, ended.stderr
        faults = check_page.check(folder / "out/report.html", folder / "out/cases.csv")
        assert not faults, faults
        cohort.check_trace(folder / "trace.json", names)


if __name__ == "__main__":
    main()
