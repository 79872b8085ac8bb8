"""One step of train.fit's training of a network with views, written in PyTorch, without dropout.

    views_parity.py FOLDER CHANNELS SAMPLES FLAT...

FOLDER holds network.json, weights.f32 (parameter after parameter), rows.f32 (SAMPLES rows: the channels of the first view's patch,
of the second's...) and labels.u8. FLAT: the voxels of each view's map before its flatten. Prints the loss, summed over the samples,
and writes the gradients to gradient.f32.
"""
import json
import sys

import numpy as np
import torch
from torch.nn import functional as F

from volume_parity import Network


def main():
    folder, channels, samples, *flat = sys.argv[1], *(int(word) for word in sys.argv[2:])
    read = lambda name, kind: np.fromfile(f"{folder}/{name}", kind)
    described, values = json.load(open(f"{folder}/network.json")), read("weights.f32", np.float32)
    rows = torch.from_numpy(read("rows.f32", np.float32)).reshape(samples, -1)
    parts, weights, place, first = [], [], 0, 0
    for view, voxels in zip(described["views"], flat):
        width, height = view["size"]
        count = channels * width * height
        branch = Network(view["layers"], values, channels, voxels, place)
        parts.append(branch(rows[:, first : first + count].reshape(samples, channels, 1, height, width)))
        first, place, weights = first + count, branch.place, weights + branch.weights
    joined = torch.cat(parts, 1)
    trunk = Network(described["layers"], values, joined.shape[1], 1, place)
    loss = F.cross_entropy(trunk(joined), torch.from_numpy(read("labels.u8", np.uint8).astype(np.int64)), reduction="sum")
    loss.backward()
    gradient = np.zeros_like(values)
    for place, tensor in weights + trunk.weights:
        gradient[place : place + tensor.numel()] = tensor.grad.numpy().ravel()
    gradient.tofile(folder + "/gradient.f32")
    print(repr(loss.item()))


main()
