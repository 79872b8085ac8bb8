#!/usr/bin/env python3
"""A cohort of small phantoms through the cascade of graphs/demo.json's networks in one run, five of its cases broken in different ways.

Shown: every other case has the result that its images have in a run of five cases, bit by bit; the broken ones are rows with their node and
reason; exit status 1; the peak memory is that of five cases; table, page and trace are well formed. With --opens, which needs strace: the
models are opened as often for eight cases as for three. Ends with status 77 and the reason where something that it needs is missing.
Standard library only.

    tests/cohort/cohort.py build/release/bin/flowrun --cases 200 --out /tmp/cohort
"""

import argparse
import csv
import gzip
import hashlib
import json
import math
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import check_page  # noqa: E402

os.environ["FLOWRUN_CACHE"] = "off"  # results of one run are no business of another

SKIPPED = 77
SOURCE = pathlib.Path(__file__).resolve().parents[2]
CHANNELS = ("flair", "pd", "t2", "t1")
NEEDED = ("phantom", "io", "geometry", "intensity", "candidates", "cnn", "segment", "fusion", "view")
# What the broken cases must say, whole: node, and the reason as a pattern, {folder} standing for the cohort's.
BROKEN = {
    "cut": ("read_flair", r"cannot read '{folder}/cut_flair\.nii\.gz': its compressed data stop in the middle, so the file is cut; copy or make it again"),
    "othergrid": ("networks/initial", r"'{folder}/othergrid_pd\.nii\.gz' and '{folder}/phantom1_flair\.nii\.gz' are not on one grid: spacing "
                  r"3\.25 x (\S+) x \1 and \1 x \1 x \1 mm \(tolerance 0\.00325 mm\); resample one onto the other's grid first"),
    "notanumber": ("read_flair", r"cannot read '{folder}/notanumber_flair\.nii\.gz': 1000 of its \d+ voxels are not finite \(NaN or infinite\), the first at "
                   r"\(\d+, \d+, \d+\); correct the image, or set the parameter 'nan' to \"zero\" to take them as 0"),
    "empty": ("preprocess/flair", r"'{folder}/empty_flair\.nii\.gz' has no non-zero voxels, so it has no mean to normalise by; check that the image is not "
              r"empty and that parameter 'over' names the right voxels"),
    "noimage": ("read_t1", r"cannot read '{folder}/noimage_t1\.nii\.gz': its name says NIfTI, but it is a text that begins with 'name,age'"),
}
PHANTOMS = 5  # different heads; each good case has the images of one of them
MOST_GROWTH = 1.05  # of the peak memory, from PHANTOMS cases to all. Keeping one float image of a case (of 20, 30 voxels wide) is 2 %

def run(words, **options):
    print("cohort: $", " ".join(map(str, words)), flush=True)
    return subprocess.run(list(map(str, words)), text=True, capture_output=True, check=False, **options)


def make_phantoms(flowrun, folder, count, size):
    table = folder / "seeds.csv"
    table.write_text("case,seed\n" + "".join(f"phantom{i},{i}\n" for i in range(1, count + 1)))
    done = run([flowrun, "run", SOURCE / "graphs/phantom_cases.json", "--cases", table, "--set", f"size={size},{size + 6},{size}",
                "--set", f"spacing={180 // size},{180 // size},{180 // size}", "--set", "lesions=12", "--out", folder, "--quiet"])
    assert done.returncode == 0, done.stderr


def edited(source, target, change):
    """A NIfTI file with its values (float32 behind 352 bytes of header) changed."""
    data = bytearray(gzip.decompress(source.read_bytes()))
    change(data)
    target.write_bytes(gzip.compress(bytes(data), 1, mtime=0))


def break_cases(folder):
    """Rows of five cases, each broken in its own way."""
    good = {channel: folder / f"phantom1_{channel}.nii.gz" for channel in CHANNELS}
    rows = {name: dict(good) for name in BROKEN}
    for name, channel in (("cut", "flair"), ("othergrid", "pd"), ("notanumber", "flair"), ("empty", "flair"), ("noimage", "t1")):
        rows[name][channel] = folder / f"{name}_{channel}.nii.gz"
    whole = good["flair"].read_bytes()
    rows["cut"]["flair"].write_bytes(whole[: len(whole) // 2])
    edited(good["pd"], rows["othergrid"]["pd"], widen_first_voxel_axis)
    edited(good["flair"], rows["notanumber"]["flair"], lambda data: data.__setitem__(slice(-4000, None), struct.pack("<f", float("nan")) * 1000))
    edited(good["flair"], rows["empty"]["flair"], lambda data: data.__setitem__(slice(352, None), bytes(len(data) - 352)))
    rows["noimage"]["t1"].write_bytes(b"name,age\nsomebody,42\n")
    return rows


def widen_first_voxel_axis(header):
    """3.25 mm along x in both places where NIfTI-1 has it: pixdim[1] and, with its sign, the first number of the sform."""
    struct.pack_into("<f", header, 80, 3.25)
    struct.pack_into("<f", header, 280, math.copysign(3.25, struct.unpack_from("<f", header, 280)[0]))


def write_table(file, rows):
    with open(file, "w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["case", *CHANNELS])
        for name, images in rows.items():
            writer.writerow([name, *(images[channel] for channel in CHANNELS)])


def good_rows(folder, count, phantoms):
    return {f"p{i:03d}": {c: folder / f"phantom{i % phantoms + 1}_{c}.nii.gz" for c in CHANNELS} for i in range(1, count + 1)}


def with_broken(good, broken):
    """The broken ones spread among the others."""
    rows, left = {}, list(broken.items())
    for i, (name, images) in enumerate(good.items()):
        rows[name] = images
        if left and (i + 1) % max(1, len(good) // (len(broken) + 1)) == 0:
            rows.__setitem__(*left.pop(0))
    rows.update(left)
    return rows


def segment(options, table, out, *more, trace_opens=False):
    opens = out.parent / (out.name + ".opens")
    watch = ["strace", "-f", "--seccomp-bpf", "-e", "trace=open,openat", "-o", opens] if trace_opens else []
    words = [*watch, options.flowrun, "run", SOURCE / "graphs/msseg2016/segment.json", "--cases", table, "--set",
             f"models={options.models}", "--set", "axes=LPS", "--set", "candidate_threshold=1.5", "--out", out, *more]
    return run(words), opens


def hashes(out, name):
    return [hashlib.sha256((out / f"{name}_{what}").read_bytes()).hexdigest()
            for what in ("lesions.nii.gz", "probability.nii.gz")]


def check_results(out, good, reference, phantoms):
    wanted = {i: hashes(reference, f"p{i:03d}") for i in range(1, phantoms + 1)}
    for number, name in enumerate(good, 1):
        same = (number - 1) % phantoms + 1
        assert hashes(out, name) == wanted[same], f"{name}'s result is not that of its images in the run of {phantoms} cases"
    print(f"cohort: {len(good)} results are right, bit by bit")


def check_rows(out, rows):
    with open(out / "cases.csv", newline="", encoding="utf-8") as stream:
        table = list(csv.DictReader(stream))
    assert [row["case"] for row in table] == list(rows), "the table's rows are not the cases in their order"
    for row in table:
        node, reason = BROKEN.get(row["case"], ("", ""))
        reason = reason.replace("{folder}", re.escape(str(out.parent)))
        assert row["status"] == ("failed" if row["case"] in BROKEN else "done"), row
        if row["case"] in BROKEN:
            assert node == row["failed_node"] and row["failed_plugin"], row
            assert re.fullmatch(reason, row["reason"]), row
            assert not list(out.glob(row["case"] + "_*")), f"{row['case']} has failed and left a file"
            print(f"cohort: {row['case']}: node {row['failed_node']}: {row['reason']}")
        else:
            assert float(row["lesion_volume_ml"]) >= 0 and float(row["lesions"]) >= 0 and float(row["seconds"]) > 0, row


def opens_of(file, models):
    text = file.read_text(errors="replace")
    return {name: len(re.findall(rf'open(?:at)?\([^\n]*{re.escape(str(models / name))}"[^\n]*= \d', text)) for name in ("initial.pt", "final.pt")}


def check_opens(options, folder):
    """Whether the files of models are opened as often for many cases as for few: found, hashed and loaded once for a run."""
    if not can_strace():
        skip("strace is missing or may not trace here; on Debian: apt-get install strace")
    make_phantoms(options.flowrun, folder, PHANTOMS, options.size)
    counts = []
    for cases in (3, 8):
        write_table(folder / f"cases{cases}.csv", good_rows(folder, cases, PHANTOMS))
        done, opens = segment(options, folder / f"cases{cases}.csv", folder / f"out{cases}", trace_opens=True)
        assert done.returncode == 0, done.stderr
        counts.append(opens_of(opens, options.models))
    few, many = counts
    assert all(few.values()) and few == many, f"models were opened {few} times for 3 cases, {many} times for 8"
    print(f"cohort: files of models were opened as often for 8 cases as for 3: {many}")


def check_trace(file, cases):
    events = json.loads(file.read_text(encoding="utf-8"))["traceEvents"]
    begun, counters, arrows = set(), set(), {"s": {}, "f": {}}
    for event in events:
        assert event["ph"] in "XMCsf" and event["pid"] == 1 and event["name"], event
        if event["ph"] == "X":
            assert event["ts"] >= 0 and event["dur"] >= 0 and event["tid"] >= 1, event
            begun.add(event["args"].get("case"))
        if event["ph"] == "C":
            assert all(value >= 0 for value in event["args"].values()), event
            counters.add(event["name"])
        if event["ph"] in arrows:
            arrows[event["ph"]][event["id"]] = event["ts"]
    assert arrows["s"] and arrows["s"].keys() == arrows["f"].keys(), "an arrow without its other end"
    assert all(time <= arrows["f"][number] for number, time in arrows["s"].items()), "an arrow that ends before it begins"
    assert set(cases) <= begun and counters == {"data between nodes", "cases in flight"}, counters
    print(f"cohort: the trace contains {len(events)} events of all cases, {len(arrows['s'])} arrows, and both counters")


def peak_of(out):
    return json.loads((out / "flowrun-run.json").read_text())["peak_resident_bytes"]


def peak_of_few(options, folder, many):
    """The peak memory of few cases depends on which of their nodes meet, and few cases meet less often than many: where that of the
    first run is small beside that of many, the largest of three counts."""
    peaks = [peak_of(folder / "reference")]
    while many > MOST_GROWTH * max(peaks) and len(peaks) < 3:
        again = folder / f"reference{len(peaks) + 1}"
        shutil.rmtree(again, ignore_errors=True)
        segment(options, folder / "reference.csv", again)
        peaks.append(peak_of(again))
    return max(peaks)


def can_strace():
    return shutil.which("strace") and subprocess.run(["strace", "-f", "--seccomp-bpf", "-o", os.devnull, "true"], capture_output=True, check=False).returncode == 0


def skip(reason):
    print(f"SKIPPED: {reason}")
    sys.exit(SKIPPED)


def check_memory(few, many, cases):
    print(f"cohort: peak memory {few / 2**20:.1f} MiB of {PHANTOMS} cases, {many / 2**20:.1f} MiB of {cases} ({100 * (many / few - 1):+.1f} %)")
    assert cases >= 4 * PHANTOMS, f"{cases} cases are too few to show that memory does not grow; take at least {4 * PHANTOMS}"
    assert many <= MOST_GROWTH * few, "the peak memory grows with the number of cases"


def demonstrate(options, folder):
    phantoms = PHANTOMS
    for earlier in ("reference", "out"):  # what an earlier call left would pass for results of this one
        shutil.rmtree(folder / earlier, ignore_errors=True)
    make_phantoms(options.flowrun, folder, phantoms, options.size)
    good = good_rows(folder, options.cases - len(BROKEN), phantoms)
    # p001 has the images of phantom 2 and so on: the reference is the first of these rows, one of each.
    reference_rows = dict(list(good.items())[:phantoms])
    rows = with_broken(good, break_cases(folder))
    write_table(folder / "reference.csv", reference_rows)
    write_table(folder / "cases.csv", rows)
    reference, _ = segment(options, folder / "reference.csv", folder / "reference")
    assert reference.returncode == 0, reference.stderr
    whole, _ = segment(options, folder / "cases.csv", folder / "out", "--trace", folder / "trace.json")
    print(whole.stdout.split("\nFIGURES")[0])
    assert whole.returncode == 1, f"exit status {whole.returncode}, 1 expected\n{whole.stderr}"
    check_rows(folder / "out", rows)
    check_results(folder / "out", good, folder / "reference", phantoms)
    check_trace(folder / "trace.json", rows)
    faults = check_page.check(folder / "out/report.html", folder / "out/cases.csv")
    assert not faults, faults
    check_memory(peak_of_few(options, folder, peak_of(folder / "out")), peak_of(folder / "out"), len(rows))
    print(f"cohort: all is well; the page is {folder / 'out/report.html'}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("flowrun", type=pathlib.Path)
    parser.add_argument("--cases", type=int, default=20, help="how many, the five broken ones counted [20]")
    parser.add_argument("--opens", action="store_true", help="count how often models are opened, and nothing else")
    parser.add_argument("--size", type=int, default=30, help="voxels of a phantom along x [30]")
    parser.add_argument("--models", type=pathlib.Path, default=SOURCE / "graphs/models/phantom")
    parser.add_argument("--out", type=pathlib.Path, help="keep everything in this folder")
    options = parser.parse_args()
    listed = run([options.flowrun, "plugins"]).stdout
    missing = [name for name in NEEDED if not re.search(rf"^\s*{name}\b", listed, re.M)]
    if missing:
        skip(f"these plugins are not built: {', '.join(missing)}")
    with tempfile.TemporaryDirectory(prefix="flowrun-cohort-") as scratch:
        folder = options.out or pathlib.Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        (check_opens if options.opens else demonstrate)(options, folder.resolve())


if __name__ == "__main__":
    main()
