#!/usr/bin/env python3
"""Checks and measurements of flowrun's networks on a GPU. Called by run.sh, from the folder that './dev gpu-bundle' made; the standard
library only. Prints one table and writes it to OUT/table.txt; the exit status is 1 when a check failed or was left out."""

import argparse
import json
import os
import pathlib
import platform
import re
import subprocess
import sys
import time

from figures import Failed, busy_share, different_voxels, gflop_of_patch, golden_difference, largest_difference, nifti, report, timing

HERE = pathlib.Path(__file__).resolve().parent
FLOWRUN = HERE / "bin" / "flowrun"
GRAPHS = HERE / "graphs"
PRECISIONS = ("fp32", "tf32", "fp16", "bf16")
GOLDEN_TOLERANCE, MASK_TOLERANCE, BUSY_SHARE, LOSS_TOLERANCE = 1e-3, 1e-3, 0.9, 0.01
STAGE = "networks/cascade"


class OutOfTime(Failed):
    """The time that --minutes gives is over."""


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


def graph_on_device(name, stages="device_networks", **params):
    """A shipped graph with other stages in the place of its networks, and their parameters."""
    graph = json.loads((GRAPHS / "msseg2016" / f"{name}.json").read_text())
    stage = graph["nodes"]["networks"]
    stage["type"] = f"graph:stages/{stages}.json"
    stage["params"].update(params)
    text = "_".join([name, stages] + [f"{key}-{value}" for key, value in sorted(params.items())])
    file = GRAPHS / "msseg2016" / f"gpu_{text}.json"
    file.write_text(json.dumps(graph, indent=2))
    return file


class Checks:
    def __init__(self, options, table):
        self.options, self.table = options, table
        self.on_cpu = options.device == "cpu"
        self.quick = options.quick or self.on_cpu
        self.out = pathlib.Path(options.out).resolve()
        self.until = time.monotonic() + 60 * options.minutes
        self.environment = dict(os.environ, LD_LIBRARY_PATH=os.environ.get("FLOWRUN_LIBRARIES", ""), FLOWRUN_CACHE="off")
        self.throughput = {}
        published = GRAPHS / "models" / "msseg2016"
        self.has_weights = (published / "initial.pt").exists()
        self.models = published if self.has_weights else GRAPHS / "models" / "phantom"
        self.precisions = ("fp32",) if self.on_cpu else PRECISIONS

    # What the checks share.

    def call(self, *command):
        """Runs a program of the folder; its status, standard output and standard error."""
        left = self.until - time.monotonic()
        if left < 1:
            raise OutOfTime("not run: the time of --minutes was over")
        try:
            ended = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=left, env=self.environment)
        except subprocess.TimeoutExpired:
            raise OutOfTime("stopped: the time of --minutes was over") from None
        return ended.returncode, ended.stdout, ended.stderr

    def run(self, graph, out, *more, device=None):
        """Runs flowrun and gives its record and its wall time."""
        command = [FLOWRUN, "run", graph, "--out", out, "--device", device or self.options.device, *more]
        began = time.monotonic()
        status, said, errors = self.call(*command)
        seconds = time.monotonic() - began
        out.mkdir(parents=True, exist_ok=True)
        (out / "flowrun.log").write_text(" ".join(str(word) for word in command) + "\n" + said + errors)
        if status != 0:
            why = [line for line in errors.strip().splitlines() if line] or ["nothing was said"]
            raise Failed(f"flowrun ended with status {status}: {why[-1]} ({out.name}/flowrun.log)")
        return json.loads((out / "flowrun-run.json").read_text()), seconds

    def settings(self, gate=1.5):
        axes = "LAS" if self.has_weights else "LPS"  # those that the networks were trained on
        return ["--set", f"models={self.models}", "--set", f"candidate_threshold={gate}", "--set", f"axes={axes}"]

    def patients(self):
        found = sorted(folder for folder in (HERE / "data").glob("*") if (folder / "golden_candidates.f32").exists())
        return found[: 1 if self.quick else None] if self.has_weights else []

    def patient_inputs(self, folder):
        files = {"flair": "FLAIR", "pd": "PD_standin", "t2": "T2", "t1": "T1"}
        return [word for name, file in files.items() for word in ("--in", f"{name}={folder}/{file}.nii.gz")]

    def large_inputs(self):
        return self.patient_inputs(self.patients()[0]) if self.patients() and not self.quick else self.inputs

    def phantoms(self):
        """Two artificial heads, and a table of cases that takes them in turn."""
        folder = self.out / "phantoms"
        table = self.out / "seeds.csv"
        table.write_text("case,seed\nhead1,1\nhead2,2\n")
        size = ["--set", "size=40,48,40", "--set", "spacing=4.5,4.5,4.5"] if self.quick else []
        self.run(GRAPHS / "phantom_cases.json", folder, "--cases", table, *size, device="cpu")
        names = ("flair", "pd", "t2", "t1", "lesions")
        self.inputs = [word for name in names[:4] for word in ("--in", f"{name}={folder}/head1_{name}.nii.gz")]
        self.training_inputs = [word for name in names for word in ("--in", f"{name}={folder}/head1_{name}.nii.gz")]
        self.stream = self.out / "stream.csv"
        self.cases = 3 if self.quick else 20
        rows = [f"case{i:02d}," + ",".join(f"{folder}/head{i % 2 + 1}_{name}.nii.gz" for name in names[:4]) for i in range(self.cases)]
        self.stream.write_text("\n".join(["case," + ",".join(names[:4])] + rows) + "\n")
        self.few = 2 if self.quick else 6
        self.short_stream = self.out / "short_stream.csv"
        self.short_stream.write_text("\n".join(["case," + ",".join(names[:4])] + rows[: self.few]) + "\n")

    # The checks, in the order of the table.

    def machine(self):
        """What the figures are of; a failure when LibTorch cannot use the device, and then nothing else is tried."""
        built = (HERE / "TORCH_VERSION").read_text().strip()
        self.table.add("machine", f"{os.cpu_count()} CPUs, {' '.join(platform.libc_ver())}, LibTorch {built}")
        try:
            said = subprocess.run(["nvidia-smi", "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"],
                                  capture_output=True, text=True, timeout=60).stdout.strip()
        except (OSError, subprocess.TimeoutExpired):
            said = ""
        for number, line in enumerate(said.splitlines()):
            self.table.add(f"GPU {number}", line)
        status, _, errors = self.call(HERE / "bin" / "gpu_matmul", self.options.device, 64)
        if status != 0:
            raise Failed(errors.strip() or f"gpu_matmul ended with status {status}")

    def matmul(self):
        size = 512 if self.on_cpu else 8192
        status, said, errors = self.call(HERE / "bin" / "gpu_matmul", self.options.device, size)
        if status != 0:
            raise Failed(errors.strip() or f"gpu_matmul ended with status {status}")
        for line in said.splitlines():
            name, value = line.split()
            self.throughput[name] = float(value)
            self.table.add(f"matrix throughput {name}", f"{float(value):.3g} TFLOP/s")

    def absent(self):
        """A device that is not there ends the run before it begins."""
        out = self.out / "absent"
        status, _, errors = self.call(FLOWRUN, "run", graph_on_device("segment"), "--out", out, "--device", "cuda:99", *self.settings(),
                                      *self.inputs)
        sentence = next((line for line in errors.splitlines() if "cuda:99" in line), "nothing was said of it")
        left = [file.name for file in out.rglob("*_lesions.nii.gz")]
        self.table.add("device cuda:99", f"status {status}, '{sentence[sentence.find('device '):].split(' but ')[0]} ...'", "status 2, a sentence",
                       status == 2 and "was asked for" in sentence and not left)

    def golden(self):
        if not self.patients():
            self.table.add("golden probabilities", "not measured: no real images or weights in this folder", "within 1e-3", False)
        for patient in self.patients():
            for precision in self.precisions:
                everywhere = not self.quick and precision == "fp32" and patient == self.patients()[0]
                self.compare_golden(patient, "device_networks", precision, everywhere, precision=precision)
            self.compare_golden(patient, "patch_networks", "fp32, by cnn.stage", False, chunk=256 if self.on_cpu else 4096)

    def compare_golden(self, patient, stages, words, everywhere, **params):
        """Quick: of the brightest candidates only. Everywhere: also of random voxels, for which every voxel of the brain is a candidate."""
        out = self.out / f"golden_{patient.name}_{words.replace(' ', '_').replace(',', '')}"
        select = ["--set", "candidate_select=every"] if everywhere else []
        if stages == "patch_networks" and not self.on_cpu:
            select += ["--set", "networks/initial.batch=2048", "--set", "networks/final.batch=2048"]
        record, _ = self.run(graph_on_device("maps", stages, **params), out, *self.settings(2.5 if self.quick else 1.5), *select,
                             *self.patient_inputs(patient), "--case-name", "p")
        files = [patient / "golden_candidates.f32"] + ([patient / "golden_random.f32"] if everywhere else [])
        largest, seen, rows = golden_difference(files, out / "p_initial.nii.gz", out / "p_final.nii.gz", candidates_only=self.quick)
        is_checked = "fp32" in words
        complete = seen > 50 if self.quick else report(record, "candidates/gate", "candidates") >= rows
        self.table.add(f"golden {patient.name} {words}", f"|dp| <= {largest:.2e} at {seen} of {rows} voxels",
                       f"<= {GOLDEN_TOLERANCE:g}" if is_checked else "", largest <= GOLDEN_TOLERANCE and complete if is_checked else None)

    def masks(self):
        subjects = [(folder.name, self.patient_inputs(folder)) for folder in self.patients()] or [("phantom", self.inputs)]
        for name, inputs in subjects:
            reference = self.out / f"mask_{name}_cpu"
            gate = 2.5 if self.quick else 0.5
            self.run(GRAPHS / "msseg2016" / "segment.json", reference, *self.settings(gate), *inputs, "--case-name", "p", device="cpu")
            for precision in self.precisions:
                out = self.out / f"mask_{name}_{precision}"
                self.run(graph_on_device("segment", precision=precision), out, *self.settings(gate), *inputs, "--case-name", "p")
                different, voxels = different_voxels(out / "p_lesions.nii.gz", reference / "p_lesions.nii.gz")
                share = different / max(voxels, 1)
                is_checked = precision == "fp32"
                self.table.add(f"mask {name} {precision}, beside dense on the CPU",
                               f"{different} of {voxels} lesion voxels differ ({100 * share:.3f} %)",
                               f"<= {100 * MASK_TOLERANCE:g} %" if is_checked else "",
                               share <= MASK_TOLERANCE and voxels > 0 if is_checked else None)

    def speed(self):
        flop = [gflop_of_patch(self.models / f"{name}.pt") for name in ("initial", "final")]
        gates = [(1.5, "gate 1.5")] if self.quick else [(1.5, "gate 1.5"), (0.5, "gate 0.5"), (-10, "every brain voxel")]
        for precision in self.precisions:
            for layout in ("contiguous",) if self.on_cpu else ("contiguous", "channels_last"):
                for gate, words in gates:
                    if layout == "channels_last" and gate == -10:
                        continue
                    out = self.out / f"speed_{precision}_{layout}_{gate}"
                    record, wall = self.run(graph_on_device("segment", precision=precision, layout=layout), out, *self.settings(gate),
                                            *self.large_inputs())
                    self.tell_speed(record, wall, flop, f"networks, {precision} {layout}, {words}", precision)

    def tell_speed(self, record, wall, flop, words, precision):
        voxels, second = report(record, STAGE, "voxels"), report(record, STAGE, "voxels_of_final")
        seconds = report(record, STAGE, "device_s")
        if seconds is None:
            seconds = timing(record, STAGE, "busy_s") / record["threads"]
        text = f"{seconds:.3f} s for {voxels:.0f} and {second:.0f} voxels, {wall:.1f} s in all"
        if None not in flop and seconds > 0:
            tflops = (flop[0] * voxels + flop[1] * second) / seconds * 1e-3
            text += f"; {tflops:.3g} TFLOP/s"
            if precision in self.throughput and not self.on_cpu:
                text += f", {100 * tflops / self.throughput[precision]:.0f} % of the matrix throughput"
        self.table.add(words, text)

    def overlap(self):
        """Many cases in flight, then some of them one after the other: seconds for a case are compared."""
        seconds = []
        together = (f"stream of {self.cases} cases", self.stream, self.cases, "2" if self.on_cpu else "8")
        for words, table, cases, at_a_time in (together, (f"{self.few} of them, one after the other", self.short_stream, self.few, "1")):
            out = self.out / ("stream" + at_a_time)
            trace = out / "trace.json"
            out.mkdir(parents=True, exist_ok=True)
            record, wall = self.run(graph_on_device("segment"), out, *self.settings(1.5 if self.on_cpu else 0.5), "--cases", table,
                                    "--trace", trace, "--cases-in-flight", at_a_time)
            share = busy_share(trace, self.on_cpu)
            seconds.append(record["seconds"] / cases)
            is_checked = not self.on_cpu and at_a_time != "1"
            longer = f" ({seconds[1] / seconds[0]:.2f} times as long)" if len(seconds) == 2 else ""
            self.table.add(words, f"{wall:.1f} s, {seconds[-1]:.2f} s a case{longer}, "
                           f"{'networks' if self.on_cpu else 'GPU'} busy {100 * share:.1f} % of the time, "
                           f"payloads of {record['peak_payload_bytes'] / 2**20:.0f} MiB at most",
                           f">= {100 * BUSY_SHARE:g} % busy" if is_checked else "", share >= BUSY_SHARE if is_checked else None)

    def memory(self):
        batch, gate = (512, 1.5) if self.on_cpu else (4_000_000, 0.0)
        reference, out = self.out / "memory_normal", self.out / "memory_full"
        inputs = [*self.settings(gate), *self.large_inputs(), "--case-name", "p"]
        self.run(graph_on_device("segment"), reference, *inputs)
        self.run(graph_on_device("segment", batch=batch), out, *inputs)
        largest = largest_difference(out / "p_probability.nii.gz", reference / "p_probability.nii.gz")
        told = re.search(r"did not suffice for batches of \d+ patches; they are now (\d+)", (out / "flowrun.log").read_text())
        words = f"cut down to {told[1]}" if told else "not cut down"
        self.table.add(f"batches of {batch} patches", f"done, {words}, |dp| <= {largest:.1e}", "done" if self.on_cpu else "cut down and done",
                       largest <= GOLDEN_TOLERANCE and (told is not None or self.on_cpu))

    def repeat(self):
        graph = graph_on_device("segment", deterministic=True)
        files = []
        for number in (1, 2):
            out = self.out / f"repeat{number}"
            self.run(graph, out, *self.settings(), *self.large_inputs(), "--case-name", "p")
            files.append(nifti(out / "p_probability.nii.gz")[0])
        self.table.add("deterministic, twice", "the same bits" if files[0] == files[1] else "not the same bits", "the same bits",
                       files[0] == files[1])

    def training(self):
        """The same steps on both, then larger micro-batches on the GPU."""
        losses = [self.train("cpu", 32)]
        if self.on_cpu:
            return
        losses.append(self.train(self.options.device, 32))
        apart = abs(losses[0] - losses[1])
        self.table.add("loss of the first epoch, CPU and GPU", f"{apart:.1e} apart", f"<= {LOSS_TOLERANCE:g}", apart <= LOSS_TOLERANCE)
        self.train(self.options.device, 1024)

    def train(self, device, micro_batch):
        batch, most = (128, 64) if self.quick else (max(128, micro_batch), 2048)
        out = self.out / f"training_{device.replace(':', '')}_{micro_batch}"
        settings = ["--set", f"most_positives={most}", "--set", f"batch={batch}", "--set", "epochs=1", "--set", "fit.validation=0",
                    "--set", "fit.resume=false", "--set", f"fit.micro_batch={micro_batch}"]
        record, _ = self.run(GRAPHS / "msseg2016" / "train_initial.json", out, *settings, *self.training_inputs, device=device)
        rate, loss = (record["run_reports"][f"fit.{name}"] for name in ("samples_per_second", "best_loss"))
        self.table.add(f"training on {device}, micro-batches of {micro_batch}", f"{rate:.0f} samples/s, loss {loss:.5f}")
        return loss


NAMES = ("matmul", "absent", "golden", "masks", "overlap", "memory", "repeat", "training", "speed")


def options_of():
    parser = argparse.ArgumentParser(prog="run.sh", description=__doc__.split(". ")[0] + ".")
    parser.add_argument("--device", default="cuda", help="cuda, cuda:<n>, auto for all GPUs; cpu shows that the script works, and is quick [cuda]")
    parser.add_argument("--quick", action="store_true", help="small images, few cases: a few minutes")
    parser.add_argument("--minutes", type=float, default=60, help="stop in time: what is not done by then is told as left out [60]")
    parser.add_argument("--out", default="gpu-results", help="folder of the table and of every run's log and record [gpu-results]")
    parser.add_argument("--only", action="append", choices=NAMES, help="only this (repeatable)")
    return parser.parse_args()


def main():
    options = options_of()
    out = pathlib.Path(options.out)
    out.mkdir(parents=True, exist_ok=True)
    table = Table(out / "table.txt")
    checks = Checks(options, table)
    for name in ("machine", "phantoms") + NAMES:
        if name in NAMES and options.only and name not in options.only:
            continue
        began = time.monotonic()
        try:
            getattr(checks, name)()
        except Exception as failure:  # the rows so far are worth more than a trace of this program
            why = str(failure) if isinstance(failure, Failed) else f"{type(failure).__name__}: {failure}"
            print(f"run.sh: {why}", file=sys.stderr)
            table.add(name, why if len(why) < 110 else why[:105] + " ...", "done", False)
            if name not in NAMES:
                break
        print(f"run.sh: {name} took {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    print(table.text(), end="")
    return 1 if table.failed() else 0


if __name__ == "__main__":
    sys.exit(main())
