#!/usr/bin/env python3
"""Trains the two demonstration networks, initial.pt and final.pt, on phantoms, and measures them on phantoms held out.

    train.py --cases FOLDER --out FOLDER [--steps initial,final,evaluate] [--start WEIGHTS] ...

The cases are what `flowrun run graphs/phantom_cases.json` writes: <case>_{flair,pd,t2,t1,lesions}.nii.gz. A case whose name
starts with train_, val_ or test_ is used for that and nothing else. make_cases.sh makes the cases of the model card.

Method: the two-step patch cascade of Cabezas et al. (MICCAI MSSEG challenge 2016). Step 1 learns lesion voxels against other
voxels that are bright in FLAIR; step 2 learns them against voxels that step 1 mistook. Arrays are z, y, x (x fastest), as in
flowrun.
Needs Python 3.9, NumPy and PyTorch 1.13 or newer.
"""
import argparse
import gzip
import json
import math
import struct
import sys
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn

CHANNELS = ["FLAIR", "PD", "T2", "T1"]
SIDE = 15
MARGIN = SIDE // 2
NIFTI_TYPES = {2: "u1", 4: "i2", 8: "i4", 16: "f4", 64: "f8", 256: "i1", 512: "u2", 768: "u4"}


# ---------------------------------------------------------------------------------------------------------------- images

def read_nifti(path):
    """The voxels of a NIfTI-1 file as a z, y, x array in float32; the slope and intercept are applied."""
    data = gzip.open(path, "rb").read() if str(path).endswith(".gz") else Path(path).read_bytes()
    order = "<" if struct.unpack("<i", data[:4])[0] == 348 else ">"
    shape = struct.unpack(order + "8h", data[40:56])[1:4]
    kind = struct.unpack(order + "h", data[70:72])[0]
    if kind not in NIFTI_TYPES:
        sys.exit(f"{path}: voxels of NIfTI type {kind} are not supported; expected one of {sorted(NIFTI_TYPES)}")
    start, slope, intercept = struct.unpack(order + "3f", data[108:120])
    voxels = np.frombuffer(data, order + NIFTI_TYPES[kind], int(np.prod(shape)), int(start)).reshape(shape[::-1])
    voxels = voxels.astype(np.float32)
    return voxels if slope in (0, 1) and intercept == 0 else voxels * slope + intercept


def normalise(image):
    """(x - mean) / sd over the voxels that are not 0; the background is transformed too."""
    inside = image[image != 0].astype(np.float64)
    return ((image - inside.mean()) / inside.std()).astype(np.float32)


class Case:
    """One phantom: its normalised channels with a margin of zeros, so that every voxel has a whole patch."""

    def __init__(self, folder, name):
        images = [read_nifti(folder / f"{name}_{channel.lower()}.nii.gz") for channel in CHANNELS]
        self.name = name
        self.lesion = read_nifti(folder / f"{name}_lesions.nii.gz") > 0
        self.flair = np.where(images[0] != 0, normalise(images[0]), -np.inf)
        margin = ((0, 0),) + ((MARGIN, MARGIN),) * 3
        self.channels = np.pad(np.stack([normalise(image) for image in images]), margin)
        self.windows = np.lib.stride_tricks.sliding_window_view(self.channels, (SIDE,) * 3, axis=(1, 2, 3))

    def patches(self, voxels):
        """Patches around voxels (linear indices): N x 4 x 15 x 15 x 15."""
        z, y, x = np.unravel_index(voxels, self.lesion.shape)
        return np.ascontiguousarray(self.windows[:, z, y, x].swapaxes(0, 1))


def load_cases(folder, use):
    names = sorted(path.name[: -len("_flair.nii.gz")] for path in folder.glob(f"{use}_*_flair.nii.gz"))
    if not names:
        sys.exit(f"{folder}: no case named {use}_*; make the cases first (make_cases.sh)")
    return [Case(folder, name) for name in names]


# --------------------------------------------------------------------------------------------------------------- network

class Network(nn.Module):
    """4 x 15^3 -> conv 5^3 x 32 -> pool -> conv 5^3 x 64 -> pool -> dense 256 -> dense 2, softmax; 715,234 weights."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv3d(4, 32, 5, padding=2), nn.ReLU(), nn.AvgPool3d(2),
            nn.Conv3d(32, 64, 5, padding=2), nn.ReLU(), nn.AvgPool3d(2), nn.Flatten())
        self.classes = nn.Sequential(nn.Dropout(0.5), nn.Linear(64 * 27, 256), nn.ReLU(), nn.Linear(256, 2))
        for layer in self.modules():
            if isinstance(layer, (nn.Conv3d, nn.Linear)):
                nn.init.xavier_uniform_(layer.weight)
                nn.init.zeros_(layer.bias)

    def logits(self, patches):
        return self.classes(self.features(patches))

    def forward(self, patches):
        return torch.softmax(self.logits(patches), 1)


def lesion_probability(network, case, voxels, batch=64):
    network.eval()
    found = np.empty(len(voxels), np.float32)
    with torch.inference_mode():
        for start in range(0, len(voxels), batch):
            part = voxels[start : start + batch]
            found[start : start + len(part)] = network(torch.from_numpy(case.patches(part)))[:, 1].numpy()
    return found


# -------------------------------------------------------------------------------------------------------------- training

def initial_negatives(case, gate):
    return np.flatnonzero((case.flair > gate) & ~case.lesion)


def mistaken_negatives(network, case, gate, tries, random):
    """Voxels that are no lesion but that the network takes for one, among `tries` candidates: half of them drawn from the
    brighter ones (FLAIR above 1.5 sd), where most mistakes are."""
    candidates = initial_negatives(case, gate)
    bright = candidates[case.flair.ravel()[candidates] > 1.5]
    drawn = [random.choice(pool, min(len(pool), tries // 2), replace=False) for pool in (candidates, bright)]
    drawn = np.unique(np.concatenate(drawn))
    return drawn[lesion_probability(network, case, drawn) > 0.5]


def balanced_sample(pools, per_case, random):
    """(case, voxel, is_lesion) of as many lesion voxels as others from each case, in random order."""
    sample = []
    for number, (case, negatives) in enumerate(pools):
        positives = np.flatnonzero(case.lesion)
        count = min(per_case, len(positives), len(negatives))
        for pool, label in ((positives, 1), (negatives, 0)):
            sample += [(number, voxel, label) for voxel in random.choice(pool, count, replace=False)]
    return [sample[i] for i in random.permutation(len(sample))]


def batches(pools, sample, size):
    for start in range(0, len(sample), size):
        numbers, voxels, labels = map(np.array, zip(*sample[start : start + size]))
        patches = np.empty((len(voxels), len(CHANNELS)) + (SIDE,) * 3, np.float32)
        for number in np.unique(numbers):
            patches[numbers == number] = pools[number][0].patches(voxels[numbers == number])
        yield torch.from_numpy(patches), torch.from_numpy(labels)


def validation_loss(network, held):
    network.eval()
    with torch.inference_mode():
        logits = torch.cat([network.logits(x) for x, _ in held])
    labels = torch.cat([y for _, y in held])
    return nn.functional.cross_entropy(logits, labels).item(), (logits.argmax(1) == labels).float().mean().item()


def train_epoch(network, optimiser, schedule, stream):
    network.train()
    total = count = 0
    for x, y in stream:
        if torch.rand(()) < 0.5:
            x = x.flip(4)  # left and right change places
        loss = nn.functional.cross_entropy(network.logits(x), y)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        total, count = total + loss.item() * len(y), count + len(y)
    return total / count


def train(train_pools, val_pools, options, random, checkpoint):
    """A trained network, with the weights that had the best validation loss."""
    network = Network()
    if options.start:
        network.load_state_dict(torch.load(options.start))
    held = list(batches(val_pools, balanced_sample(val_pools, options.per_case, np.random.default_rng(0)), 128))
    steps = options.epochs * math.ceil(len(balanced_sample(train_pools, options.per_case, random)) / options.batch)
    optimiser = torch.optim.Adam(network.parameters(), lr=options.rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, options.rate, total_steps=steps + 1, pct_start=0.15)
    best = math.inf
    for epoch in range(options.epochs):
        began = time.time()
        sample = balanced_sample(train_pools, options.per_case, random)
        loss = train_epoch(network, optimiser, schedule, batches(train_pools, sample, options.batch))
        held_loss, right = validation_loss(network, held)
        print(f"  epoch {epoch + 1}: {len(sample)} patches, loss {loss:.4f}, validation loss {held_loss:.4f}, "
              f"right {100 * right:.1f} %, {time.time() - began:.0f} s", flush=True)
        if held_loss < best:
            best = held_loss
            torch.save(network.state_dict(), checkpoint)
    network.load_state_dict(torch.load(checkpoint))
    return network.eval()


# ------------------------------------------------------------------------------------------------------------ evaluation

def dice(found, truth):
    both = np.count_nonzero(found & truth)
    total = np.count_nonzero(found) + np.count_nonzero(truth)
    return 2 * both / total if total else 1.0


def best_threshold(cases):
    """The one FLAIR threshold with the best mean Dice over the cases: an upper bound for what a fixed threshold can do."""
    thresholds = np.arange(0.5, 4, 0.1)
    means = [np.mean([dice(case.flair > t, case.lesion) for case in cases]) for t in thresholds]
    return thresholds[int(np.argmax(means))]


def evaluate_case(case, initial, final, gate, threshold):
    candidates = np.flatnonzero(case.flair > gate)
    p1 = lesion_probability(initial, case, candidates)
    kept = p1 > 0.5
    p2 = np.zeros_like(p1)
    p2[kept] = lesion_probability(final, case, candidates[kept])
    masks = []
    for probability in (p1, p1 * p2):
        mask = np.zeros(case.lesion.shape, bool)
        mask.ravel()[candidates[probability > 0.5]] = True
        masks.append(mask)
    return {"case": case.name, "lesion_voxels": int(case.lesion.sum()), "candidates": len(candidates),
            "after_initial": int(kept.sum()), "dice_initial": dice(masks[0], case.lesion),
            "dice_cascade": dice(masks[1], case.lesion), "dice_threshold": dice(case.flair > threshold, case.lesion)}


def evaluate(cases, initial, final, gate):
    threshold = best_threshold(cases)
    print(f"candidates: FLAIR above {gate} sd; best FLAIR threshold over these cases: {threshold:.1f} sd")
    rows = []
    for case in cases:
        rows.append(evaluate_case(case, initial, final, gate, threshold))
        words = [f"{key} {value:.3f}" if isinstance(value, float) else f"{key} {value}" for key, value in rows[-1].items()]
        print("  " + ", ".join(words), flush=True)
    for name in ("dice_cascade", "dice_initial", "dice_threshold"):
        print(f"mean {name}: {np.mean([row[name] for row in rows]):.3f}")


# ----------------------------------------------------------------------------------------------------------------- files

def layers():
    """The layers of Network as flowrun reads them; sizes are along x, y, z."""
    def convolution(name, channels):
        return {"type": "convolution", "channels": channels, "kernel": [5, 5, 5], "padding": [2, 2, 2],
                "weight": f"{name}.weight", "bias": f"{name}.bias"}

    def dense(name, units):
        return {"type": "dense", "units": units, "weight": f"{name}.weight", "bias": f"{name}.bias"}

    relu, pool = {"type": "relu"}, {"type": "pool", "kind": "average", "window": [2, 2, 2]}
    return [convolution("features.0", 32), relu, pool, convolution("features.3", 64), relu, pool, {"type": "flatten"},
            {"type": "dropout", "rate": 0.5}, dense("classes.1", 256), relu, dense("classes.3", 2), {"type": "softmax"}]


def describe(step, options):
    network = {"name": "MSSEG-2016 patch network, average pooling", "layers": layers()}
    return {"format": 1, "input": {"channels": CHANNELS, "size": [SIDE] * 3}, "output": {"classes": ["background", "lesion"]},
            "network": network, "weights": 715234,
            "training": {"step": step, "data": "phantom.head", "seed": options.seed}, "licence": "Apache-2.0"}


def save(network, step, options):
    """Writes the network as TorchScript. Traced, not scripted: scripting reads this file again, which may have changed since."""
    network = network.eval().requires_grad_(False)
    file = options.out / f"{step}.pt"
    text = json.dumps(describe(step, options), indent=1)
    torch.jit.save(torch.jit.trace(network, torch.rand(2, len(CHANNELS), SIDE, SIDE, SIDE)), str(file),
                   _extra_files={"flowrun.json": text})
    patches = torch.rand(3, len(CHANNELS), SIDE, SIDE, SIDE)
    if not torch.allclose(load(step, options)(patches), network(patches), atol=1e-5):
        sys.exit(f"{file}: the saved network gives other values than the trained one")


def load(step, options):
    return torch.jit.load(str(options.out / f"{step}.pt")).eval()


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=Path, required=True, help="folder of the phantoms")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="folder of initial.pt and final.pt")
    parser.add_argument("--steps", default="initial,final,evaluate", help="which of initial, final, evaluate to do")
    parser.add_argument("--seed", type=int, default=2016)
    parser.add_argument("--gate", type=float, default=0.5, help="training candidates: FLAIR above this, sd")
    parser.add_argument("--test-gate", type=float, default=1.0, help="candidates of the evaluation, sd")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--per-case", type=int, default=150, help="lesion patches (and as many others) of a case and epoch")
    parser.add_argument("--tries", type=int, default=1000, help="candidates of a case that step 2 looks at for mistakes")
    parser.add_argument("--start", type=Path, help="weights to start from (a .ckpt of an earlier run); without: anew")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


def main():
    options = parse()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    random = np.random.default_rng(options.seed)
    steps = options.steps.split(",")
    if "initial" in steps or "final" in steps:
        known, held = load_cases(options.cases, "train"), load_cases(options.cases, "val")
    if "initial" in steps:
        print(f"initial network: {len(known)} phantoms, {len(held)} for validation", flush=True)
        pools = [[(case, initial_negatives(case, options.gate)) for case in cases] for cases in (known, held)]
        save(train(*pools, options, random, options.out / "initial.ckpt"), "initial", options)
    if "final" in steps:
        initial = load("initial", options)
        pools = [[(case, mistaken_negatives(initial, case, options.gate, options.tries, random)) for case in cases]
                 for cases in (known, held)]
        print("final network: voxels mistaken for lesion per case", [len(negatives) for _, negatives in pools[0]], flush=True)
        save(train(*pools, options, random, options.out / "final.ckpt"), "final", options)
    if "evaluate" in steps:
        evaluate(load_cases(options.cases, "test"), load("initial", options), load("final", options), options.test_gate)


if __name__ == "__main__":
    main()
