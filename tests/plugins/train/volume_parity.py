"""One step of train.fit_volumes' training, written in PyTorch: the layers of a network file, a loss, and the gradient of every weight.

    volume_parity.py FOLDER LOSS RATIO C D H W

FOLDER holds network.json (a chain of layers), weights.f32 (parameter after parameter, running values among them), input.f32
(2 x C x D x H x W) and labels.u8 (2 x D x H x W). Prints the loss, summed over the two samples, and writes the gradients to
gradient.f32.
"""
import json
import sys

import numpy as np
import torch
from torch.nn import functional as F


def zyx(size, default):
    if size is None:
        return default
    return [size] * 3 if isinstance(size, int) else [1] * (3 - len(size)) + size[::-1]


class Network:
    """A list of layers. `flat`: voxels of the map before a flatten; `place`: of its first weight among all."""

    def __init__(self, layers, values, channels, flat=1, place=0):
        self.layers, self.values, self.place, self.weights = layers, values, place, []
        for layer in layers:
            kind = layer["type"]
            kernel = zyx(layer.get("kernel"), None)
            if kind == "convolution":
                layer["w"] = [self.take([layer["channels"], channels, *kernel])]
            if kind == "transposed_convolution":
                layer["w"] = [self.take([channels, layer["channels"], *kernel])]
            if kind == "dense":
                layer["w"] = [self.take([layer["units"], channels]), self.take([layer["units"]])]
                channels = layer["units"]
            if kind == "flatten":
                channels *= flat
            if kind == "batch_norm":
                layer["w"] = [self.take([channels]), self.take([channels])]
                self.place += 2 * channels  # running mean and variance
            if kind.endswith("convolution"):
                channels = layer["channels"]
                if layer.get("bias", True) is not False:
                    layer["w"].append(self.take([channels]))
            if kind == "join":
                channels += sum(self.channels[name] for name in names(layer))
            if "name" in layer:
                self.channels = getattr(self, "channels", {})
                self.channels[layer["name"]] = channels

    def take(self, shape):
        count = int(np.prod(shape))
        tensor = torch.from_numpy(self.values[self.place : self.place + count].copy()).reshape(shape).requires_grad_(True)
        self.weights.append((self.place, tensor))
        self.place += count
        return tensor

    def __call__(self, x):
        kept = {}
        for layer in self.layers:
            kind = layer["type"]
            if kind == "convolution":
                x = F.conv3d(x, *layer["w"], padding=zyx(layer.get("padding"), 0), stride=zyx(layer.get("stride"), 1))
            elif kind == "transposed_convolution":
                x = F.conv_transpose3d(x, *layer["w"], padding=zyx(layer.get("padding"), 0), stride=zyx(layer.get("stride"), 1))
            elif kind == "batch_norm":
                x = F.batch_norm(x, None, None, *layer["w"], training=True, eps=1e-5)
            elif kind == "relu":
                x = F.relu(x)
            elif kind == "pool":
                pool = F.max_pool3d if layer["kind"] == "max" else F.avg_pool3d
                x = pool(x, zyx(layer["window"], None))
            elif kind == "upsample":
                mode = {"nearest": "nearest", "linear": "trilinear"}[layer.get("kind", "nearest")]
                x = F.interpolate(x, scale_factor=[float(f) for f in zyx(layer["factor"], None)], mode=mode)
            elif kind == "join":
                x = torch.cat([x] + [kept[name] for name in names(layer)], 1)
            elif kind == "sum":
                x = sum((kept[name] for name in names(layer)), x)
            elif kind == "flatten":
                x = x.flatten(1)
            elif kind == "dense":
                x = F.linear(x, *layer["w"])
            elif kind not in ("softmax", "dropout"):
                raise ValueError(kind)
            if "name" in layer:
                kept[layer["name"]] = x
        return x


def names(layer):
    return layer["with"] if isinstance(layer["with"], list) else [layer["with"]]


def loss_of(kind, ratio, scores, labels):
    cross_entropy = F.cross_entropy(scores, labels, reduction="none").mean((1, 2, 3)).sum()
    p = F.softmax(scores, 1)[:, 1:].flatten(2)
    g = F.one_hot(labels, scores.shape[1]).movedim(-1, 1)[:, 1:].flatten(2).float()
    dice = (1 - (2 * (p * g).sum(2) + 1) / (p.sum(2) + g.sum(2) + 1)).mean(1).sum()
    if kind == "cross_entropy":
        return cross_entropy
    if kind == "dice":
        return dice
    if kind == "batch_dice":
        return len(p) * (1 - (2 * (p * g).sum((0, 2)) + 1) / (p.sum((0, 2)) + g.sum((0, 2)) + 1)).mean()
    if kind == "cross_entropy_dice":
        return cross_entropy + dice
    e = (g - p) ** 2
    inside = (e * g).sum(2) / g.sum(2).clamp(min=1)
    outside = (e * (1 - g)).sum(2) / (1 - g).sum(2).clamp(min=1)
    return (ratio * inside + (1 - ratio) * outside).mean(1).sum()


def main():
    folder, kind, ratio = sys.argv[1], sys.argv[2], float(sys.argv[3])
    channels, *size = (int(word) for word in sys.argv[4:])
    read = lambda name, kind: np.fromfile(f"{folder}/{name}", kind)
    values = read("weights.f32", np.float32)
    network = Network(json.load(open(f"{folder}/network.json"))["layers"], values, channels)
    scores = network(torch.from_numpy(read("input.f32", np.float32)).reshape(2, channels, *size))
    loss = loss_of(kind, ratio, scores, torch.from_numpy(read("labels.u8", np.uint8).astype(np.int64)).reshape(2, *size))
    loss.backward()
    gradient = np.zeros_like(values)
    for place, tensor in network.weights:
        gradient[place : place + tensor.numel()] = tensor.grad.numpy().ravel()
    gradient.tofile(folder + "/gradient.f32")
    print(repr(loss.item()))


if __name__ == "__main__":
    main()
