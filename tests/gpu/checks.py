#!/usr/bin/env python3
"""Checks and measurements of flowrun's networks on a GPU. Called by run.sh, from the folder that './dev gpu-bundle' made; the standard
library only. Prints one table and writes it to OUT/table.txt; the exit status is 1 when a check failed."""

import argparse
import gzip
import json
import pathlib
import re
import struct
import subprocess
import sys
import time
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
FLOWRUN = HERE / "bin" / "flowrun"
GRAPHS = HERE / "graphs"
PRECISIONS = ("fp32", "tf32", "fp16", "bf16")
GOLDEN_TOLERANCE, MASK_TOLERANCE, BUSY_SHARE = 1e-3, 1e-3, 0.9


class Failed(Exception):
    """A command that ended badly."""


class Table:
    def __init__(self, file):
        self.rows, self.file = [], file

    def add(self, name, value, wanted="", holds=None):
        verdict = "" if holds is None else "ok" if holds else "FAILED"
        self.rows.append((name, value, wanted, verdict))
        print(f"run.sh: {name}: {value}" + (f"  ({wanted}: {verdict})" if verdict else ""), file=sys.stderr, flush=True)
        self.file.write_text(self.text())

    def text(self):
        rows = [("measured", "result", "wanted", "")] + self.rows
        widths = [max(len(row[i]) for row in rows) for i in range(4)]
        return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows) + "\n"

    def failed(self):
        return [row for row in self.rows if row[3] == "FAILED"]


def run(options, graph, out, *more, device=None):
    """Runs flowrun and gives its record and its wall time."""
    command = [FLOWRUN, "run", graph, "--out", out, "--device", device or options.device, *more]
    began = time.monotonic()
    ended = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    seconds = time.monotonic() - began
    out.mkdir(parents=True, exist_ok=True)
    (out / "flowrun.log").write_text(" ".join(str(word) for word in command) + "\n" + ended.stdout + ended.stderr)
    if ended.returncode != 0:
        raise Failed(f"flowrun ended with status {ended.returncode}: {ended.stderr.strip().splitlines()[-1:] or ['nothing said']}")
    return json.loads((out / "flowrun-run.json").read_text()), seconds


def figure(record, name, case=0):
    reports = record["cases"][case]["reports"]
    return next((value for key, value in reports.items() if key == name or key.endswith("." + name)), None)


def timing(record, node, key):
    return next(entry[key] for entry in record["node_timings"] if entry["id"] == node)


def graph_on_device(name, options, **params):
    """A shipped graph with the stage for GPUs in the place of its networks, and that stage's parameters."""
    graph = json.loads((GRAPHS / "msseg2016" / f"{name}.json").read_text())
    stage = graph["nodes"]["networks"]
    stage["type"] = "graph:stages/device_networks.json"
    stage["params"].update(params)
    text = "_".join([name] + [f"{key}-{value}" for key, value in sorted(params.items())]).replace("/", "")
    file = GRAPHS / "msseg2016" / f"gpu_{text}.json"
    file.write_text(json.dumps(graph, indent=2))
    return file


def nifti(file):
    """The values of a .nii.gz of float32 or uint8, as bytes, and their struct code."""
    data = gzip.decompress(file.read_bytes())
    kind = struct.unpack_from("<h", data, 70)[0]
    start = int(struct.unpack_from("<f", data, 108)[0])
    return data[start:], {16: "f", 2: "B"}[kind], struct.unpack_from("<8h", data, 40)[1:4]


def values(file):
    data, code, _ = nifti(file)
    return memoryview(data[: len(data) // struct.calcsize(code) * struct.calcsize(code)]).cast(code)


def golden_difference(rows_file, initial_file, final_file):
    initial, final = values(initial_file), values(final_file)
    width, height, _ = nifti(initial_file)[2]
    largest = 0.0
    for x, y, z, p1, p2 in struct.iter_unpack("<5f", rows_file.read_bytes()):
        index = int(x) + width * (int(y) + height * int(z))
        largest = max(largest, abs(initial[index] - p1), abs(final[index] - p2))
    return largest


def different_voxels(a_file, b_file):
    a, b = values(a_file), values(b_file)
    different = sum(1 for x, y in zip(a, b) if bool(x) != bool(y))
    return different, sum(1 for y in b if y)


def largest_difference(a_file, b_file):
    return max(abs(x - y) for x, y in zip(values(a_file), values(b_file)))


def gflop_of_patch(model):
    """Of one patch through a network of which the model says the layers; None where it does not."""
    with zipfile.ZipFile(model) as archive:
        name = next((entry for entry in archive.namelist() if entry.endswith("flowrun.json")), None)
        description = json.loads(archive.read(name)) if name else {}
    network = description.get("network")
    if not isinstance(network, dict) or "layers" not in network:
        return None
    size, channels, flat, flop = list(description["input"]["size"]), len(description["input"]["channels"]), None, 0
    three = lambda value: [value] * 3 if not isinstance(value, list) else value
    for layer in network["layers"]:
        if layer["type"] == "convolution":
            kernel, padding, stride = three(layer["kernel"]), three(layer.get("padding", 0)), three(layer.get("stride", 1))
            size = [(s + 2 * p - k) // t + 1 for s, k, p, t in zip(size, kernel, padding, stride)]
            flop += 2 * size[0] * size[1] * size[2] * kernel[0] * kernel[1] * kernel[2] * channels * layer["channels"]
            channels = layer["channels"]
        elif layer["type"] == "pool":
            window = three(layer["window"])
            stride = three(layer.get("stride", window))
            size = [(s - k) // t + 1 for s, k, t in zip(size, window, stride)]
        elif layer["type"] == "dense":
            inputs = flat if flat is not None else channels * size[0] * size[1] * size[2]
            flop += 2 * inputs * layer["units"]
            flat = layer["units"]
    return flop * 1e-9


def union(spans):
    total, until = 0.0, float("-inf")
    for begin, end in sorted(spans):
        total += max(0.0, end - max(begin, until))
        until = max(until, end)
    return total


def busy_share(trace_file, device):
    """How much of the time between its first and its last work each device had work; the least of them."""
    events = [event for event in json.loads(trace_file.read_text())["traceEvents"] if event["ph"] == "X"]
    named = "networks/cascade" if device == "cpu" else "device"
    by_thread = {}
    for event in events:
        if event["name"] == named:
            thread = "cpu" if device == "cpu" else event["tid"]
            by_thread.setdefault(thread, []).append((event["ts"], event["ts"] + event["dur"]))
    if not by_thread:
        raise Failed(f"the trace has no '{named}' step")
    return min(union(spans) / (max(end for _, end in spans) - min(begin for begin, _ in spans)) for spans in by_thread.values())


class Checks:
    def __init__(self, options, table):
        self.options, self.table = options, table
        self.out = pathlib.Path(options.out).resolve()
        self.throughput = {}
        published = GRAPHS / "models" / "msseg2016"
        self.models = published if (published / "initial.pt").exists() else GRAPHS / "models" / "phantom"
        self.precisions = PRECISIONS if options.device != "cpu" else ("fp32",)

    def settings(self, gate=1.5):
        return ["--set", f"models={self.models}", "--set", f"candidate_threshold={gate}"]

    def phantoms(self):
        """Two made-up heads, and a table of 20 cases that takes them in turn."""
        folder = self.out / "phantoms"
        table = self.out / "seeds.csv"
        table.write_text("case,seed\nhead1,1\nhead2,2\n")
        size = ["--set", "size=64,76,64", "--set", "spacing=2.8,2.8,2.8"] if self.options.quick else []
        run(self.options, GRAPHS / "phantom_cases.json", folder, "--cases", table, *size, device="cpu")
        names = ("flair", "pd", "t2", "t1", "lesions")
        self.inputs = [word for name in names[:4] for word in ("--in", f"{name}={folder}/head1_{name}.nii.gz")]
        self.training_inputs = [word for name in names for word in ("--in", f"{name}={folder}/head1_{name}.nii.gz")]
        self.stream = self.out / "stream.csv"
        self.cases = 4 if self.options.quick else 20
        rows = [f"case{i:02d}," + ",".join(f"{folder}/head{i % 2 + 1}_{name}.nii.gz" for name in names[:4]) for i in range(self.cases)]
        self.stream.write_text("\n".join(["case," + ",".join(names[:4])] + rows) + "\n")

    def patients(self):
        return sorted(folder for folder in (HERE / "data").glob("*") if (folder / "golden_candidates.f32").exists())

    def patient_inputs(self, folder):
        files = {"flair": "FLAIR", "pd": "PD_standin", "t2": "T2", "t1": "T1"}
        return [word for name, file in files.items() for word in ("--in", f"{name}={folder}/{file}.nii.gz")]

    # The checks, in the order of the table.

    def matmul(self):
        size = 8192 if self.options.device != "cpu" else 512
        ended = subprocess.run([HERE / "bin" / "gpu_matmul", self.options.device, str(size)], capture_output=True, text=True)
        if ended.returncode != 0:
            raise Failed(ended.stderr.strip())
        for line in ended.stdout.splitlines():
            name, value = line.split()
            self.throughput[name] = float(value)
            self.table.add(f"matrix throughput {name}", f"{float(value):.1f} TFLOP/s")

    def golden(self):
        patients = self.patients()
        if not patients or self.models.name != "msseg2016":
            self.table.add("golden probabilities", "not measured: no real images or weights in this folder")
            return
        for patient in patients[: 1 if self.options.quick else None]:
            for precision in self.precisions:
                out = self.out / f"golden_{patient.name}_{precision}"
                graph = graph_on_device("maps", self.options, precision=precision)
                run(self.options, graph, out, *self.settings(), *self.patient_inputs(patient), "--case-name", "p")
                largest = golden_difference(patient / "golden_candidates.f32", out / "p_initial.nii.gz", out / "p_final.nii.gz")
                is_default = precision == "fp32"
                self.table.add(f"golden {patient.name} {precision}", f"|dp| <= {largest:.2e}",
                               f"<= {GOLDEN_TOLERANCE:g}" if is_default else "", largest <= GOLDEN_TOLERANCE if is_default else None)

    def masks(self):
        subjects = [(folder.name, self.patient_inputs(folder)) for folder in self.patients()] if self.models.name == "msseg2016" else []
        subjects = subjects or [("phantom", self.inputs)]
        for name, inputs in subjects[: 1 if self.options.quick else None]:
            reference = self.out / f"mask_{name}_cpu"
            run(self.options, GRAPHS / "msseg2016" / "segment.json", reference, *self.settings(), *inputs, "--case-name", "p", device="cpu")
            for precision in self.precisions:
                out = self.out / f"mask_{name}_{precision}"
                graph = graph_on_device("segment", self.options, precision=precision)
                run(self.options, graph, out, *self.settings(), *inputs, "--case-name", "p")
                different, voxels = different_voxels(out / "p_lesions.nii.gz", reference / "p_lesions.nii.gz")
                share = different / max(voxels, 1)
                is_default = precision == "fp32"
                self.table.add(f"mask {name} {precision}, beside dense on the CPU", f"{different} of {voxels} voxels differ ({100 * share:.3f} %)",
                               f"<= {100 * MASK_TOLERANCE:g} %" if is_default else "", share <= MASK_TOLERANCE if is_default else None)

    def speed(self):
        inputs = self.patient_inputs(self.patients()[0]) if self.patients() else self.inputs
        flop = [gflop_of_patch(self.models / f"{name}.pt") for name in ("initial", "final")]
        for precision in self.precisions:
            for layout in ("contiguous", "channels_last") if self.options.device != "cpu" else ("contiguous",):
                for gate, words in ((1.5, "gate 1.5"), (0.5, "gate 0.5"), (-10, "every brain voxel")):
                    if self.options.quick and gate != 1.5:
                        continue
                    out = self.out / f"speed_{precision}_{layout}_{gate}"
                    graph = graph_on_device("segment", self.options, precision=precision, layout=layout)
                    record, wall = run(self.options, graph, out, *self.settings(gate), *inputs)
                    voxels, second = figure(record, "voxels"), figure(record, "voxels_of_final")
                    seconds = figure(record, "device_s")
                    if seconds is None:
                        seconds = timing(record, "networks/cascade", "busy_s")
                    text = f"{seconds:.3f} s for {voxels:.0f} and {second:.0f} voxels, {wall:.1f} s in all"
                    if None not in flop and precision in self.throughput and seconds > 0:
                        tflops = (flop[0] * voxels + flop[1] * second) / seconds * 1e-3
                        text += f"; {tflops:.1f} TFLOP/s, {100 * tflops / self.throughput[precision]:.0f} % of the matrix throughput"
                    self.table.add(f"networks, {precision} {layout}, {words}", text)

    def overlap(self):
        on_gpu = self.options.device != "cpu"
        for words, more, is_checked in ((f"stream of {self.cases} cases", ["--cases-in-flight", "4"], on_gpu),
                                        ("the same, one case after the other", ["--cases-in-flight", "1"], False)):
            out = self.out / ("stream" + more[1])
            trace = out / "trace.json"
            out.mkdir(parents=True, exist_ok=True)
            record, wall = run(self.options, graph_on_device("segment", self.options), out, *self.settings(0.5), "--cases", self.stream,
                               "--trace", trace, *more)
            share = busy_share(trace, self.options.device)
            self.table.add(words, f"{wall:.1f} s, networks busy {100 * share:.1f} % of the time",
                           f">= {100 * BUSY_SHARE:g} %" if is_checked else "", share >= BUSY_SHARE if is_checked else None)

    def memory(self):
        batch = 4_000_000 if self.options.device != "cpu" else 512
        reference, out = self.out / "memory_normal", self.out / "memory_full"
        gate = 1.5 if self.options.device == "cpu" else 0.0
        run(self.options, graph_on_device("segment", self.options), reference, *self.settings(gate), *self.inputs, "--case-name", "p")
        run(self.options, graph_on_device("segment", self.options, batch=batch), out, *self.settings(gate), *self.inputs, "--case-name", "p")
        largest = largest_difference(out / "p_probability.nii.gz", reference / "p_probability.nii.gz")
        was_told = "did not suffice for batches" in (out / "flowrun.log").read_text()
        holds = largest <= GOLDEN_TOLERANCE and (was_told or self.options.device == "cpu")
        self.table.add(f"batches of {batch} patches", f"done, batch {'was' if was_told else 'was not'} cut down, |dp| <= {largest:.1e}",
                       "survived", holds)

    def repeat(self):
        graph = graph_on_device("segment", self.options, deterministic=True)
        files = []
        for number in (1, 2):
            out = self.out / f"repeat{number}"
            run(self.options, graph, out, *self.settings(), *self.inputs, "--case-name", "p")
            files.append(nifti(out / "p_probability.nii.gz")[0])
        self.table.add("deterministic, twice", "the same bits" if files[0] == files[1] else "not the same bits", "the same", files[0] == files[1])

    def training(self):
        most = 64 if self.options.quick else 2048
        devices = ["cpu"] if self.options.device == "cpu" else ["cpu", self.options.device]
        losses = []
        for device in devices:
            out = self.out / f"training_{device.replace(':', '')}"
            settings = ["--set", f"most_positives={most}", "--set", "batch=128", "--set", "epochs=1", "--set", "fit.validation=0",
                        "--set", "fit.resume=false", "--set", f"fit.micro_batch={32 if device == 'cpu' else 128}"]
            graph = GRAPHS / "msseg2016" / "train_initial.json"
            run(self.options, graph, out, *settings, *self.training_inputs, device=device)
            summary = (out / "flowrun.log").read_text()  # figures of the run itself are there only
            rate, loss = (float(re.search(name + r"\s+([-+.\deE]+)", summary)[1]) for name in ("samples_per_second", "best_loss"))
            losses.append(loss)
            self.table.add(f"training on {device}", f"{rate:.0f} samples/s, loss {loss:.5f}")
        if len(losses) == 2:
            apart = abs(losses[0] - losses[1])
            self.table.add("loss of the first epoch, CPU and GPU", f"{apart:.1e} apart", "<= 0.01", apart <= 0.01)


NAMES = ("matmul", "golden", "masks", "speed", "overlap", "memory", "repeat", "training")


def main():
    parser = argparse.ArgumentParser(prog="run.sh", description=__doc__.split("\n")[0])
    parser.add_argument("--device", default="cuda", help="cuda, cuda:<n>, auto for all GPUs; cpu shows that the script works [cuda]")
    parser.add_argument("--quick", action="store_true", help="small images, few cases: a minute or two")
    parser.add_argument("--out", default="gpu-results", help="folder of the table and of every run's log and record [gpu-results]")
    parser.add_argument("--only", action="append", choices=NAMES, help="only this (repeatable)")
    options = parser.parse_args()
    out = pathlib.Path(options.out)
    out.mkdir(parents=True, exist_ok=True)
    table = Table(out / "table.txt")
    checks = Checks(options, table)
    for name in ("phantoms",) + NAMES:
        if name != "phantoms" and options.only and name not in options.only:
            continue
        try:
            getattr(checks, name)()
        except (Failed, OSError, ValueError, KeyError, TypeError, StopIteration) as failure:
            table.add(name, f"{type(failure).__name__}: {failure}", "works", False)
            if name == "phantoms":
                break
    print(table.text(), end="")
    return 1 if table.failed() else 0


if __name__ == "__main__":
    sys.exit(main())
