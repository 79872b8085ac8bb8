#!/usr/bin/env python3
"""Measures the main job as a person runs it: what the graph costs beside its networks, how two cases overlap, what memory does with
the number of cases, and how quickly the verbs that only look answer.

    tests/bench/main_job.py FLOWRUN MODELS IMAGES [--threads N]

MODELS holds initial.pt and final.pt (graphs/msseg2016/import_weights.json makes them); IMAGES holds folders with FLAIR, PD_standin, T2
and T1 as .nii.gz. Prints one table; nothing is kept.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

os.environ["FLOWRUN_CACHE"] = "off"  # what is measured must run

GRAPHS = pathlib.Path(__file__).resolve().parents[2] / "graphs"
SEGMENT = GRAPHS / "msseg2016" / "segment.json"
NETWORKS = ("networks/initial", "networks/final")
BEFORE = ("flair", "pd", "t2", "t1", "preprocess/flair", "preprocess/pd", "preprocess/t2", "preprocess/t1", "candidates/gate")


def cases_table(folder, patients, count):
    table = folder / f"cases{count}.csv"
    rows = ["case,flair,pd,t2,t1"]
    for i in range(count):
        files = [patients[i % len(patients)] / f"{name}.nii.gz" for name in ("FLAIR", "PD_standin", "T2", "T1")]
        rows.append(",".join([f"case{i:02d}"] + [str(file) for file in files]))
    table.write_text("\n".join(rows) + "\n")
    return table


def run(options, folder, patients, count, gate, more=()):
    out = folder / f"out{count}"
    command = [options.flowrun, "run", SEGMENT, "--cases", cases_table(folder, patients, count), "--set", f"models={options.models}",
               "--set", f"candidate_threshold={gate}", "--out", out, "--threads", str(options.threads), "--quiet", *more]
    subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL)
    return json.loads((out / "flowrun-run.json").read_text())


def busy(record, nodes=None):
    return sum(node["busy_s"] for node in record["node_timings"] if nodes is None or node["id"] in nodes)


def candidates(record):
    return sum(value for one in record["cases"] for name, value in one["reports"].items() if name.endswith(".candidates"))


def overlap(trace):
    """Seconds of the third case's reading and preprocessing, and how many of them fall inside network spans of the second. (The
    first two start together; the third is read when the first is done.)"""
    spans = [e for e in json.loads(trace.read_text())["traceEvents"] if e["ph"] == "X"]
    pick = lambda case, nodes: [(e["ts"], e["ts"] + e["dur"]) for e in spans if e["args"].get("case") == case and e["name"] in nodes]
    networks = sorted(pick("case01", NETWORKS))
    total = shared = 0.0
    for begin, end in pick("case02", BEFORE):
        total += end - begin
        at = begin
        for first, last in networks:
            first, last = max(first, at), min(last, end)
            if first < last:
                shared += last - first
                at = last
    return total * 1e-6, shared * 1e-6


def seconds_of(command):
    times = []
    for _ in range(5):
        begin = time.perf_counter()
        subprocess.run([str(word) for word in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        times.append(time.perf_counter() - begin)
    return sorted(times)[2]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("flowrun")
    parser.add_argument("models", type=pathlib.Path)
    parser.add_argument("images", type=pathlib.Path)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    patients = sorted(folder for folder in options.images.resolve().iterdir() if (folder / "FLAIR.nii.gz").exists())
    if not patients:
        sys.exit(f"no patient folders in {options.images}")
    options.models = options.models.resolve()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for verb in (["validate", GRAPHS / "demo.json"], ["nodes"], ["describe", "cnn.stage"], ["draw", GRAPHS / "demo.json"]):
            print(f"flowrun {verb[0]:9} {1000 * seconds_of([options.flowrun, *verb]):6.0f} ms (median of 5)")
        one = run(options, folder, patients[:1], 1, 1.5)
        networks = busy(one, NETWORKS)
        print(f"one case, gate 1.5: {candidates(one):.0f} candidates, {one['seconds']:.1f} s on {options.threads} threads, "
              f"{2 * candidates(one) / one['seconds']:.0f} patches/s; networks busy {networks:.1f} s")
        print(f"  whole case beside its network stages: {100 * (options.threads * one['seconds'] / networks - 1):+.1f} % of thread time, "
              f"other nodes {100 * (busy(one) / networks - 1):.1f} %; peak memory {one['peak_resident_bytes'] / 1e6:.0f} MB")
        trace = folder / "trace.json"
        run(options, folder, patients, 3, 2.0, ("--trace", trace))
        total, shared = overlap(trace)
        print(f"three cases: {shared:.2f} of {total:.2f} s of the third's reading and preprocessing ran beside the second's networks")
        peaks = {count: run(options, folder, patients, count, 3.0)["peak_resident_bytes"] for count in (2, 20)}
        print(f"peak memory: 2 cases {peaks[2] / 1e6:.0f} MB, 20 cases {peaks[20] / 1e6:.0f} MB ({100 * (peaks[20] / peaks[2] - 1):+.1f} %)")


if __name__ == "__main__":
    main()
