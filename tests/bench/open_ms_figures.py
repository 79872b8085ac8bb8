#!/usr/bin/env python3
"""The published weights and networks of one's own on the two patients of open_ms, both sides with the same choices.

    tests/bench/open_ms_figures.py FLOWRUN WEIGHTS DATA [--own PATIENT=MODELS]... [--gates 0.5 1.5] [--thresholds 0.25 0.5]
                                   [--smallest 3 10] [--out FOLDER]

WEIGHTS holds the two published files (shared/models/msseg2016), DATA the folders of the patients (shared/data/open_ms). Each side runs
once for a patient and a gate; every threshold of the product and every smallest lesion is applied to the same maps, and all of them are
printed: nothing is chosen by the figures. --own names the models that patient is segmented with; those of a fold of `flowrun crossval`
that did not see the patient give figures of an unseen patient (OUT/PATIENT/models), the models that are shipped saw both patients and do
not. Prints a table of Dice and lesion F1; standard library only.
"""

import argparse
import csv
import pathlib
import subprocess
import sys
import tempfile

GRAPHS = pathlib.Path(__file__).resolve().parents[2] / "graphs"
FIGURES = pathlib.Path(__file__).with_suffix(".json")
CHANNELS = {"flair": "FLAIR", "pd": "PD_standin", "t2": "T2", "t1": "T1"}


def flowrun(options, *words):
    command = [str(word) for word in (options.flowrun, *words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)}\nexit status {done.returncode}\n{done.stderr}")


def imported(options, out):
    """The published weights as models."""
    files = {step: options.weights / f"deep-challenge2016.{name}.model_weights.pkl" for step, name in (("initial", "init"), ("final", "final"))}
    flowrun(options, "run", GRAPHS / "msseg2016/import_weights.json", *(word for step, file in files.items() for word in ("--in", f"{step}={file}")),
            "--out", out, "--quiet")
    return out


def maps_of(options, graph, inputs, models, patient, gate, out):
    """The product of the two networks' probabilities, exact above the lowest of the thresholds."""
    images = [word for name in inputs for word in ("--in", f"{name}={options.data / patient / CHANNELS[name]}.nii.gz")]
    flowrun(options, "run", GRAPHS / graph, *images, "--case-name", patient, "--set", f"models={models}", "--set", f"candidate_threshold={gate}",
            "--set", f"final_threshold={min(options.thresholds)}", "--out", out, "--quiet")
    return out / f"{patient}_probability.nii.gz"


def figures_of(options, patient, product, threshold, smallest, scratch):
    flowrun(options, "run", FIGURES, "--in", f"map={product}", "--in", f"reference={options.data / patient / 'lesions.nii.gz'}", "--case-name", patient,
            "--set", f"threshold={threshold}", "--set", f"smallest={smallest}", "--out", scratch, "--quiet")
    with open(scratch / "measures.csv", newline="", encoding="utf-8") as stream:
        row = next(csv.DictReader(stream))
    return float(row["dice"]), float(row["lesion_f1"])


def show(options, side, patient, gate, product, scratch):
    for threshold in options.thresholds:
        for smallest in options.smallest:
            dice, f1 = figures_of(options, patient, product, threshold, smallest, scratch)
            print(f"| {side} | {patient} | {gate} | {threshold} | {smallest} | {dice:.3f} | {f1:.3f} |", flush=True)


def measure(options, folder):
    published = imported(options, folder / "published")
    own = dict(word.split("=", 1) for word in options.own)
    print("| networks | patient | gate | product above | smallest lesion | Dice | lesion F1 |\n| --- | --- | --- | --- | --- | --- | --- |")
    for patient in options.patients:
        for gate in options.gates:
            out = folder / f"gate{gate}"
            product = maps_of(options, "msseg2016/segment.json", ("flair", "pd", "t2", "t1"), published, patient, gate, out / "published")
            show(options, "published", patient, gate, product, out / "figures")
            if patient in own:
                product = maps_of(options, "open_ms/segment.json", ("flair", "t2", "t1"), own[patient], patient, gate, out / "own")
                show(options, "own", patient, gate, product, out / "figures")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("flowrun", type=pathlib.Path)
    parser.add_argument("weights", type=pathlib.Path)
    parser.add_argument("data", type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--own", action="append", default=[], metavar="PATIENT=MODELS")
    parser.add_argument("--patients", nargs="+", default=["patient07", "patient19"])
    parser.add_argument("--gates", nargs="+", type=float, default=[0.5, 1.5])
    parser.add_argument("--thresholds", nargs="+", type=float, default=[0.25, 0.5])
    parser.add_argument("--smallest", nargs="+", type=int, default=[3, 10])
    parser.add_argument("--out", type=pathlib.Path, help="keep everything in this folder")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="flowrun-figures-") as scratch:
        folder = (options.out or pathlib.Path(scratch)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        measure(options, folder)


if __name__ == "__main__":
    main()
