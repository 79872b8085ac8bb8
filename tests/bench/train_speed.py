#!/usr/bin/env python3
"""Samples per second of train.fit and of a PyTorch script of the same settings, one after the other, several times.

    train_speed.py FLOWRUN [--threads N] [--rounds R]

The method's network, patches 4 x 15 x 15 x 15, batch 128, Adam, float32, on the CPU. Data are phantoms. Needs Python 3.9 and PyTorch.
"""
import argparse
import os
import re
import subprocess
import tempfile
import time
from pathlib import Path

os.environ["FLOWRUN_CACHE"] = "off"  # what is measured must run

GRAPHS = Path(__file__).resolve().parents[2] / "graphs"
SAMPLES, BATCH = 1024, 128


def flowrun_cases(flowrun, folder):
    (folder / "seed.csv").write_text("case,seed\np,1\n")
    subprocess.run([flowrun, "run", GRAPHS / "phantom_cases.json", "--cases", folder / "seed.csv", "--set", "size=128,140,128",
                    "--set", "spacing=1.4,1.4,1.4", "--set", "lesions=60", "--quiet", "--out", folder / "data"], check=True)
    return [word for name in ("flair", "pd", "t2", "t1", "lesions")
            for word in ("--in", f"{name}={folder}/data/p_{name}.nii.gz")]


def flowrun_speed(flowrun, inputs, threads, folder):
    out = subprocess.run([flowrun, "run", GRAPHS / "msseg2016" / "train_initial.json", *inputs, "--threads", str(threads),
                          "--set", f"most_positives={SAMPLES // 2}", "--set", "candidate_threshold=0", "--set", f"batch={BATCH}",
                          "--set", "epochs=2", "--set", "fit.validation=0", "--set", "fit.resume=false", "--out", folder / "out"],
                         check=True, capture_output=True, text=True).stdout
    return float(re.search(r"samples_per_second\s+([\d.]+)", out)[1]), float(re.search(r"training_samples\s+([\d.]+)", out)[1])


def pytorch_speed(threads):
    import torch
    from torch import nn
    torch.set_num_threads(threads)
    network = nn.Sequential(nn.Conv3d(4, 32, 5, padding=2), nn.ReLU(), nn.AvgPool3d(2), nn.Conv3d(32, 64, 5, padding=2), nn.ReLU(),
                            nn.AvgPool3d(2), nn.Flatten(), nn.Dropout(0.5), nn.Linear(1728, 256), nn.ReLU(), nn.Linear(256, 2))
    patches, labels = torch.randn(SAMPLES, 4, 15, 15, 15), torch.randint(0, 2, (SAMPLES,))
    optimiser = torch.optim.Adam(network.parameters(), lr=1e-4)
    began = time.time()
    for _ in range(2):
        for chosen in torch.randperm(SAMPLES).split(BATCH):
            loss = nn.functional.cross_entropy(network(patches[chosen]), labels[chosen])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return 2 * SAMPLES / (time.time() - began)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("flowrun")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        inputs = flowrun_cases(options.flowrun, folder)
        for _ in range(options.rounds):
            ours, samples = flowrun_speed(options.flowrun, inputs, options.threads, folder)
            theirs = pytorch_speed(options.threads)
            print(f"{options.threads} threads: train.fit {ours:.1f} samples/s ({samples:.0f} samples), PyTorch {theirs:.1f}, "
                  f"ratio {ours / theirs:.2f}", flush=True)


main()
