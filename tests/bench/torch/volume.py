"""cnn.volume beside plain PyTorch: one network over a whole image, at once and in tiles.

    /usr/bin/python3 tests/bench/torch/volume.py FLOWRUN MODEL FLAIR T1 [--threads 2] [--rounds 3]

MODEL is a 3D U-Net for two channels (graphs/unet3d/train.json makes one). PyTorch loads the same file, gets the same voxels, padded to
multiples of 8, and runs with the same number of threads; in tiles it adds them up with weights, as programs for whole images do.
flowrun's time is that of the node `network` in graphs/unet3d/segment.json. Each round measures both in turn; figures are medians.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import tempfile
import time

import nibabel
import numpy
import torch

GRAPH = pathlib.Path(__file__).resolve().parents[3] / "graphs" / "unet3d" / "segment.json"
MULTIPLE, OVERLAP = 8, 32


def images(options):
    """1 x 2 x D x H x W, standardised, padded as the graph has it."""
    channels = []
    for file in (options.flair, options.t1):
        voxels = numpy.asarray(nibabel.load(file).dataobj, dtype=numpy.float32).T
        inside = voxels[voxels != 0]
        channels.append((voxels - inside.mean()) / inside.std() * (voxels != 0))
    padding = [(0, -size % MULTIPLE) for size in channels[0].shape]
    return torch.from_numpy(numpy.stack([numpy.pad(one, padding) for one in channels])[None])


def starts(size, tile):
    return [0] if size <= tile else [*range(0, size - tile, tile - OVERLAP), size - tile]


def in_tiles(network, volume, tile):
    total, weights = torch.zeros(volume.shape[2:]), torch.zeros(volume.shape[2:])
    for z in starts(volume.shape[2], tile):
        for y in starts(volume.shape[3], tile):
            for x in starts(volume.shape[4], tile):
                place = (slice(z, z + tile), slice(y, y + tile), slice(x, x + tile))
                total[place] += network(volume[(slice(None), slice(None), *place)])[0, 1]
                weights[place] += 1
    return total / weights


def pytorch(network, volume, tile):
    begin = time.perf_counter()
    in_tiles(network, volume, tile) if tile else network(volume)
    return time.perf_counter() - begin


def flowrun(options, tile):
    with tempfile.TemporaryDirectory() as folder:
        command = [options.flowrun, "run", GRAPH, "--in", f"flair={options.flair}", "--in", f"t1={options.t1}", "--set",
                   f"model={pathlib.Path(options.model).absolute()}", "--set", f"tile={tile}", "--set", "mirror=", "--out", folder,
                   "--quiet", "--no-cache", "--threads", options.threads, "--trace", f"{folder}/trace.json"]
        subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL)
        events = json.loads(pathlib.Path(folder, "trace.json").read_text())["traceEvents"]
    spans = [one for one in events if one["ph"] == "X" and one["name"] == "network"]
    return (max(one["ts"] + one["dur"] for one in spans) - min(one["ts"] for one in spans)) * 1e-6


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("flowrun", "model", "flair", "t1"):
        parser.add_argument(name)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tiles", type=int, nargs="+", default=[0, 96])
    options = parser.parse_args()
    torch.set_grad_enabled(False)
    torch.set_num_threads(options.threads)
    network, volume = torch.jit.load(options.model).eval(), images(options)
    pytorch(network, volume[..., :96, :96, :96], 0)  # the first run of a TorchScript network prepares it
    print(f"PyTorch {torch.__version__}, {options.threads} threads, image {tuple(volume.shape[2:])}; medians of {options.rounds} rounds")
    for tile in options.tiles:
        rounds = [(pytorch(network, volume, tile), flowrun(options, tile)) for _ in range(options.rounds)]
        theirs, ours = (statistics.median(one[side] for one in rounds) for side in (0, 1))
        ratios = sorted(one[0] / one[1] for one in rounds)
        print(f"{f'tiles of {tile}' if tile else 'whole image':14s} PyTorch {theirs:7.2f} s   cnn.volume {ours:7.2f} s   "
              f"ratio {statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})", flush=True)


if __name__ == "__main__":
    main()
