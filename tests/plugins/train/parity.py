"""One epoch of train.fit's training, written in PyTorch: the same samples, seed, first weights, order, dropout and settings.

    parity.py FOLDER COUNT BATCH RATE SEED

FOLDER holds patches.f32 (COUNT x 2 x 5 x 5 x 5), labels.u8 and first.pt (a model with the weights to begin with). Prints the mean
loss of the epoch and writes the weights after it to after.f32, parameter after parameter.
"""
import sys

import numpy as np
import torch
from torch import nn

GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def scramble(x):
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def stream(seed, purpose, number=0):
    of_purpose = scramble(np.uint64(seed) + GOLDEN * np.uint64(purpose))
    return scramble(of_purpose ^ (GOLDEN * (np.uint64(number) + np.uint64(1))))


def bits(of_stream, places):
    return scramble(of_stream + GOLDEN * (places.astype(np.uint64) + np.uint64(1)))


ORDER, DROPOUT = 4, 5


class Dropout(nn.Module):
    """Draws what train.fit draws for a step; `step` is set before each batch."""
    step, seed, rate = 0, 0, 0.5

    def forward(self, x):
        of_step = stream(self.seed, DROPOUT, self.step)
        uniform = (bits(stream(of_step, DROPOUT, 0), np.arange(x.numel())) >> np.uint64(40)).astype(np.float32) * np.float32(2 ** -24)
        return x * torch.from_numpy(np.where(uniform < self.rate, 0, 2).astype(np.float32)).reshape(x.shape)


def main():
    folder, count, batch, rate, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]), int(sys.argv[5])
    np.seterr(over="ignore")
    patches = torch.from_numpy(np.fromfile(folder + "/patches.f32", np.float32).reshape(count, 2, 5, 5, 5))
    labels = torch.from_numpy(np.fromfile(folder + "/labels.u8", np.uint8).astype(np.int64))
    dropout = Dropout()
    dropout.seed = seed
    network = nn.Sequential(nn.Conv3d(2, 6, 3, padding=1), nn.ReLU(), nn.AvgPool3d(2), nn.Flatten(), dropout, nn.Linear(48, 8),
                            nn.ReLU(), nn.Linear(8, 2))
    network.load_state_dict({name: value for name, value in torch.jit.load(folder + "/first.pt").named_parameters()})
    optimiser = torch.optim.Adam(network.parameters(), lr=rate)
    order = np.argsort(bits(stream(seed, ORDER, 0), np.arange(count)), kind="stable")
    total = 0.0
    for dropout.step, first in enumerate(range(0, count, batch)):
        chosen = torch.from_numpy(order[first : first + batch])
        loss = nn.functional.cross_entropy(network(patches[chosen]), labels[chosen])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        total += loss.item() * len(chosen)
    np.concatenate([p.detach().numpy().ravel() for p in network.parameters()]).tofile(folder + "/after.f32")
    print(total / count)


main()
