#!/usr/bin/env python3
"""How well a run keeps its threads busy: the wall time of one run of many cases beside the busy time of the busiest resource (the threads:
the nodes' busy time added up, divided by how many threads there are), and beside the same cases one flowrun each. Both sides in every
round, one after the other; medians and ranges.

    tests/bench/throughput.py build/release/bin/flowrun --cases 20 --in-flight 4 --rounds 3
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests/cohort"))
import cohort  # noqa: E402

os.environ["FLOWRUN_CACHE"] = "off"  # what is measured must run


def timed(words):
    begin = time.monotonic()
    subprocess.run(list(map(str, words)), check=True, capture_output=True)
    return time.monotonic() - begin


def segment_words(options, out):
    return [options.flowrun, "run", SOURCE / "graphs/msseg2016/segment.json", "--set", f"models={options.models}", "--set", "axes=LPS", "--set",
            "candidate_threshold=1.5", "--threads", options.threads, "--quiet", "--no-report", "--out", out]


def one_run(options, folder, rows):
    cohort.write_table(folder / "cases.csv", rows)
    wall = timed([*segment_words(options, folder / "together"), "--cases", folder / "cases.csv", "--cases-in-flight", options.in_flight])
    record = json.loads((folder / "together/flowrun-run.json").read_text())
    busy = sum(node["busy_s"] for node in record["node_timings"]) / record["threads"]
    return {"process": wall, "run": record["seconds"], "busiest": busy, "ratio": record["seconds"] / busy}


def run_each(options, folder, rows):
    wall = 0
    for name, images in rows.items():
        inputs = [word for channel, file in images.items() for word in ("--in", f"{channel}={file}")]
        wall += timed([*segment_words(options, folder / "alone"), *inputs, "--case-name", name])
    return wall


def told(name, values, unit="s"):
    print(f"{name:58} {statistics.median(values):8.2f} {unit}   ({min(values):.2f} to {max(values):.2f})")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("flowrun", type=pathlib.Path)
    parser.add_argument("--cases", type=int, default=20)
    parser.add_argument("--in-flight", type=int, default=4)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--size", type=int, default=46, help="voxels of a phantom along x [46]")
    parser.add_argument("--models", type=pathlib.Path, default=SOURCE / "graphs/models/phantom")
    options = parser.parse_args()
    together, alone = [], []
    with tempfile.TemporaryDirectory(prefix="flowrun-throughput-") as scratch:
        folder = pathlib.Path(scratch)
        cohort.make_phantoms(options.flowrun, folder, options.cases, options.size)
        rows = cohort.good_rows(folder, options.cases, options.cases)
        for _ in range(options.rounds):
            together.append(one_run(options, folder, rows))
            alone.append(run_each(options, folder, rows))
    print(f"{options.cases} cases, {options.in_flight} in flight, {options.threads} threads, {options.rounds} rounds; medians")
    told("one run, the process", [one["process"] for one in together])
    told("one run, from its first case to its last", [one["run"] for one in together])
    told("busy time of the busiest resource, the threads", [one["busiest"] for one in together])
    told("wall time of the run / busiest resource (wanted: at most 1.10)", [one["ratio"] for one in together], " ")
    told("one flowrun for each case", alone)
    told("one flowrun for each case / one run", [b / a["process"] for a, b in zip(together, alone)], " ")


if __name__ == "__main__":
    main()
