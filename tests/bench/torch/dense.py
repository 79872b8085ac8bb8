"""cnn.dense_inference beside plain PyTorch run patch by patch: both networks of the cascade to the final mask, on one patient.

    /usr/bin/python3 tests/bench/torch/dense.py FLOWRUN MODELS PATIENT [--threads 2] [--rounds 3]

MODELS holds initial.pt and final.pt (graphs/msseg2016/import_weights.json makes them), PATIENT holds FLAIR, PD_standin, T2 and T1 as
.nii.gz. PyTorch is given extracted patches and its best batch size; it runs both networks on every candidate, so its time is 2 x
candidates / its patches per second, measured for some seconds before each run of flowrun (a whole brain would take it over an
hour). flowrun's time is what passes from the start of the first network to the end of the second, in the whole graph. SGEMM is
torch.mm of 2048 x 2048 in the same round. Figures are medians over the rounds.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import tempfile

import compare
import torch

os.environ["FLOWRUN_CACHE"] = "off"  # what is measured must run

GRAPHS = pathlib.Path(__file__).resolve().parents[3] / "graphs"
IMAGES = {"flair": "FLAIR", "pd": "PD_standin", "t2": "T2", "t1": "T1"}
LISTS = (("every brain voxel", "msseg2016/reference.json", ()),
         ("z > 0.5", "msseg2016/segment.json", ("candidate_threshold=0.5",)),
         ("z > 1.5", "msseg2016/segment.json", ("candidate_threshold=1.5",)))


def sgemm(seconds=2.0):
    a, b = torch.randn(2048, 2048), torch.randn(2048, 2048)
    best = 0.0
    for _ in range(max(3, int(seconds * 6))):
        begin = compare.time.perf_counter()
        torch.mm(a, b)
        best = max(best, 2 * 2048**3 / (compare.time.perf_counter() - begin) * 1e-9)
    return best


def run(options, graph, settings, images=IMAGES):
    with tempfile.TemporaryDirectory() as folder:
        trace = pathlib.Path(folder) / "trace.json"
        given = [f"--in={name}={options.patient}/{file}.nii.gz" for name, file in images.items()]
        command = [options.flowrun, "run", GRAPHS / graph, *given, "--set", f"models={options.models}", "--out", folder, "--quiet",
                   "--threads", options.threads, "--trace", trace, *(word for setting in settings for word in ("--set", setting))]
        subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL)
        record = json.loads((pathlib.Path(folder) / "flowrun-run.json").read_text())
        spans = [e for e in json.loads(trace.read_text())["traceEvents"] if e["ph"] == "X"]
    networks = [e for e in spans if e["name"] in ("networks/initial", "networks/final")]
    steps = {}
    for e in spans:
        if "convolution" in e["name"] or "connected" in e["name"]:
            steps[e["name"]] = steps.get(e["name"], 0) + e["dur"] * 1e-6
    reports = {name: value for case in record["cases"] for name, value in case["reports"].items()}
    return {"seconds": (max(e["ts"] + e["dur"] for e in networks) - min(e["ts"] for e in networks)) * 1e-6,
            "whole": record["seconds"], "peak": record["peak_resident_bytes"], "steps": steps,
            "voxels": reports["networks/initial.voxels"], "kept": reports["networks/final.voxels"],
            "gflop": reports.get("networks/initial.GFLOP", 0) + reports.get("networks/final.GFLOP", 0)}


def median(rounds, key):
    return statistics.median(one[key] for one in rounds)


def parser_of(description):
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("flowrun")
    parser.add_argument("models", type=pathlib.Path)
    parser.add_argument("patient", type=pathlib.Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=8)
    return parser


def main():
    options = parser_of(__doc__).parse_args()
    torch.set_grad_enabled(False)
    torch.set_num_threads(options.threads)
    network = compare.patch_network()
    batch = compare.best_batch(network, options.seconds / 8)
    found = {name: [] for name, _, _ in LISTS}
    for _ in range(options.rounds):
        for name, graph, settings in LISTS:
            plain = compare.measure_pytorch(network, batch, options.seconds)["per_second"]
            product = sgemm()
            one = run(options, graph, settings)
            one.update(plain=plain, sgemm=product, ratio=2 * one["voxels"] / plain / one["seconds"],
                       share=one["gflop"] / one["seconds"] / product)
            found[name].append(one)
            print(f"# {name}: {one['seconds']:.1f} s, {one['ratio']:.1f} x, PyTorch {plain:.0f} patches/s", flush=True)
    print(f"PyTorch {torch.__version__}, {options.threads} threads, batch {batch}; medians of {options.rounds} rounds")
    print(f"{'list':20s} {'voxels':>8s} {'second':>8s} {'PyTorch':>8s} {'patch by patch':>14s} {'dense':>8s} {'ratio':>6s} "
          f"{'range':>13s} {'SGEMM':>6s} {'share':>6s} {'whole case':>10s} {'peak':>8s}")
    for name, rounds in found.items():
        ratios = [one["ratio"] for one in rounds]
        voxels = median(rounds, "voxels")
        print(f"{name:20s} {voxels:8.0f} {median(rounds, 'kept'):8.0f} {median(rounds, 'plain'):6.0f}/s {2 * voxels / median(rounds, 'plain'):12.0f} s "
              f"{median(rounds, 'seconds'):6.1f} s {statistics.median(ratios):6.1f} {min(ratios):5.1f} to {max(ratios):4.1f} "
              f"{median(rounds, 'sgemm'):6.0f} {100 * median(rounds, 'share'):4.0f} % {median(rounds, 'whole'):8.1f} s "
              f"{median(rounds, 'peak') / 1e6:5.0f} MB")
        for step in sorted(rounds[0]["steps"]):
            print(f"    {step:34s} {statistics.median(one['steps'].get(step, 0) for one in rounds):7.1f} s of thread time")


if __name__ == "__main__":
    main()
