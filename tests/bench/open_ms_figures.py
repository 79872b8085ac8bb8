#!/usr/bin/env python3
"""The published weights and networks of one's own on the two patients of open_ms, all sides with the same choices.

    tests/bench/open_ms_figures.py FLOWRUN WEIGHTS DATA [--own PATIENT=MODELS]... [--two PATIENT=MODELS]... [--nicmslesions NAME=MODELS]...
                                   [--gates 0.5 1.5] [--thresholds 0.25 0.5] [--smallest 3 10] [--no-published] [--flair] [--out FOLDER]

WEIGHTS holds the two published files (shared/models/msseg2016), DATA the folders of the patients (shared/data/open_ms). Each side runs
once for a patient and a gate; every threshold of the product and every smallest lesion is applied to the same maps, and all of them are
printed: nothing is chosen by the figures. --own names the models that patient is segmented with; those of a fold of `flowrun crossval`
that did not see the patient give figures of an unseen patient (OUT/PATIENT/models), the models that are shipped saw both patients and do
not. --own is for three channels (graphs/open_ms), --two for FLAIR and T1 (graphs/flair_t1), --nicmslesions for models that
graphs/nicmslesions/import_weights.json made: these run as their authors say (second network where the first says more than 0.8, lesion where it
says at least 0.5, more than 10 voxels), for nothing else is a product there. --flair adds the best single threshold of the normalised FLAIR, which
is chosen on each patient and so no test. Prints a table of Dice, lesion measures and volumes; standard library only.
"""

import argparse
import csv
import os
import pathlib
import subprocess
import sys
import tempfile

os.environ["FLOWRUN_CACHE"] = "off"  # what is measured must run

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
    return row


def number(text, digits=3):
    return f"{float(text):.{digits}f}" if text else "-"


def print_row(side, patient, gate, threshold, smallest, row):
    found, real = (number(str(float(row[name]) / 1000), 1) for name in ("found_mm3", "reference_mm3"))
    lesions = " | ".join(number(row[name]) for name in ("lesion_sensitivity", "lesion_precision", "lesion_f1"))
    print(f"| {side} | {patient} | {gate} | {threshold} | {smallest} | {number(row['dice'])} | {lesions} | {found} of {real} |", flush=True)


def show(options, side, patient, gate, product, scratch):
    for threshold in options.thresholds:
        for smallest in options.smallest:
            print_row(side, patient, gate, threshold, smallest, figures_of(options, patient, product, threshold, smallest, scratch))


def show_nicmslesions(options, name, models, patient, gate, out):
    """As the authors run it, at this gate."""
    images = [word for key in ("flair", "t1") for word in ("--in", f"{key}={options.data / patient / CHANNELS[key]}.nii.gz")]
    flowrun(options, "run", GRAPHS / "nicmslesions/segment.json", *images, "--case-name", patient, "--set", f"models={models}", "--set",
            f"candidate_threshold={gate}", "--out", out, "--quiet")
    row = figures_of(options, patient, out / f"{patient}_lesions.nii.gz", 0.5, 1, out / "figures")
    print_row(name, patient, gate, "authors'", 11, row)


def show_flair(options, patient, out):
    """The threshold of the normalised FLAIR, in steps of 0.2 sd, with the best Dice."""
    flowrun(options, "run", FIGURES.with_name("open_ms_flair.json"), "--in", f"flair={options.data / patient / 'FLAIR.nii.gz'}", "--case-name", patient,
            "--out", out, "--quiet")
    smallest = max(options.smallest)
    rows = [(step / 10, figures_of(options, patient, out / f"{patient}_flair.nii.gz", step / 10, smallest, out / "figures")) for step in range(10, 36, 2)]
    threshold, row = max(rows, key=lambda one: float(one[1]["dice"]))
    print_row("FLAIR alone, best threshold", patient, "-", threshold, smallest, row)


def measure(options, folder):
    published = None if options.no_published else imported(options, folder / "published")
    own, two = (dict(word.split("=", 1) for word in words) for words in (options.own, options.two))
    print("| networks | patient | gate | product above | smallest lesion | Dice | lesion sensitivity | precision | F1 | ml |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for patient in options.patients:
        sides = [("published", "msseg2016/segment.json", ("flair", "pd", "t2", "t1"), published),
                 ("own, three channels", "open_ms/segment.json", ("flair", "t2", "t1"), own.get(patient)),
                 ("own, FLAIR and T1", "flair_t1/segment.json", ("flair", "t1"), two.get(patient))]
        for gate in options.gates:
            out = folder / f"gate{gate}"
            for side, graph, channels, models in sides:
                if models:
                    product = maps_of(options, graph, channels, models, patient, gate, out / graph.split("/")[0])
                    show(options, side, patient, gate, product, out / "figures")
            for name, models in (word.split("=", 1) for word in options.nicmslesions):
                show_nicmslesions(options, name, models, patient, gate, out / name)
        if options.flair:
            show_flair(options, patient, folder / "flair")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("flowrun", type=pathlib.Path)
    parser.add_argument("weights", type=pathlib.Path)
    parser.add_argument("data", type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--own", action="append", default=[], metavar="PATIENT=MODELS")
    parser.add_argument("--two", action="append", default=[], metavar="PATIENT=MODELS")
    parser.add_argument("--nicmslesions", action="append", default=[], metavar="NAME=MODELS")
    parser.add_argument("--no-published", action="store_true")
    parser.add_argument("--flair", action="store_true")
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
