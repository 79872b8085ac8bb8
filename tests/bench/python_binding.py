#!/usr/bin/env python3
"""What the package costs beside the program: graphs/demo.json by both, in turn.

    PYTHONPATH=PACKAGE tests/bench/python_binding.py FLOWRUN [--rounds 6] [--set NAME=VALUE ...]

Each round runs the demo once by the program and once by `flowrun.run` in this Python. From both it takes the time of the run as the
record has it (the engine's own), and from the package also the time of the whole call; of the call, what is not the run is the
binding, the graph's check, opened nodes and records. Kept results are off. The masks have to be equal.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import tempfile
import time

import flowrun


def seconds_of(out):
    run = json.loads((out / "flowrun-run.json").read_text())
    return run["cases"][0]["seconds"]


def by_program(options, out):
    command = [options.flowrun, "run", flowrun.graph_folder() / "demo.json", "--case-name", "demo", "--out", out, "--quiet"]
    for text in options.set:
        command += ["--set", text]
    begin = time.perf_counter()
    subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin, seconds_of(out)


def by_package(options, out):
    begin = time.perf_counter()
    values = {name: json.loads(text) for name, _, text in (one.partition("=") for one in options.set)}
    flowrun.run(flowrun.load(flowrun.graph_folder() / "demo.json", **values), case_name="demo", out=str(out))
    return time.perf_counter() - begin, seconds_of(out)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("flowrun")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a parameter of the graph; VALUE as JSON")
    options = parser.parse_args()
    os.environ["FLOWRUN_CACHE"] = "off"
    runs = {"program": [], "package": []}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(options.rounds):
            for name, run in (("program", by_program), ("package", by_package)):
                out = pathlib.Path(folder) / f"{name}{number}"
                runs[name].append((*run(options, out), (out / "demo_lesions.nii.gz").read_bytes()))
    if len({mask for all_runs in runs.values() for *_, mask in all_runs}) != 1:
        raise SystemExit("the masks differ")
    for name, all_runs in runs.items():
        whole, inside, _ = zip(*all_runs)
        beside = [outer - inner for outer, inner in zip(whole, inside)]
        print(f"{name}: the run {statistics.median(inside):.3f} s ({min(inside):.3f} to {max(inside):.3f}), "
              f"the rest of the call {1e3 * statistics.median(beside):.0f} ms ({1e3 * min(beside):.0f} to {1e3 * max(beside):.0f})")


main()
