"""zoo.py FOLDER: TorchScript files of networks as PyTorch makes them, by scripting and by tracing. Each takes N x 2 x 8 x 8 x 8 and gives N x 2."""

import pathlib
import sys

import torch
from torch import nn
from torch.nn import functional


class Head(nn.Module):
    def __init__(self, body, channels):
        super().__init__()
        self.body = body
        self.dense = nn.Linear(channels, 2)

    def forward(self, x):
        return torch.softmax(self.dense(self.body(x).mean(dim=[2, 3, 4])), 1)


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = nn.Sequential(nn.Conv3d(2, 4, 3, padding=1), nn.InstanceNorm3d(4, affine=True), nn.LeakyReLU(0.1, inplace=True))
        self.deep = nn.Sequential(nn.MaxPool3d(2), nn.Conv3d(4, 8, 3, padding=1), nn.GroupNorm(2, 8), nn.PReLU(), nn.Dropout3d(0.2))
        self.up = nn.ConvTranspose3d(8, 4, 2, stride=2)

    def forward(self, x):
        first = self.down(x)
        second = self.up(self.deep(first))
        return torch.cat([first, second], dim=1)


class Interpolates(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Conv3d(2, 4, 3, padding=1, stride=2)
        self.norm = nn.BatchNorm3d(4)

    def forward(self, x):
        y = functional.relu6(self.norm(self.first(x)))
        y = functional.interpolate(y, scale_factor=2.0, mode="trilinear", align_corners=False)
        return functional.pad(y, [1, 1, 1, 1, 1, 1])[:, :, 1:-1, 1:-1, 1:-1]


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Conv3d(2, 8, 4, stride=4)
        self.attention = nn.MultiheadAttention(8, 2)
        self.norm = nn.LayerNorm(8)
        self.place = nn.Parameter(torch.zeros(8, 1, 8))

    def forward(self, x):
        y = self.embed(x).flatten(2).permute(2, 0, 1) + self.place
        z, _ = self.attention(y, y, y)
        return self.norm(y + z).permute(1, 2, 0).reshape(x.shape[0], 8, 2, 2, 2)


class Branches(nn.Module):
    def __init__(self):
        super().__init__()
        self.parts = nn.ModuleList([nn.Conv3d(2, 3, 1), nn.Conv3d(2, 3, 3, padding=1)])

    def forward(self, x):
        found = []
        for part in self.parts:
            y = part(x)
            if y.shape[1] > 2 and not self.training:
                found.append(functional.elu(y) * torch.sigmoid(y))
            else:
                found.append(y)
        assert len(found) == 2, "two parts"
        return torch.stack(found).sum(0)


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.cells = nn.LSTM(2 * 64, 4, batch_first=True)

    def forward(self, x):
        y, _ = self.cells(x.permute(0, 2, 1, 3, 4).reshape(x.shape[0], 8, -1))
        return y[:, -1].reshape(x.shape[0], 4, 1, 1, 1)


def main():
    folder = pathlib.Path(sys.argv[1])
    torch.manual_seed(1)
    bodies = {"unet": (UNet(), 8), "interpolates": (Interpolates(), 4), "attention": (Attention(), 8), "branches": (Branches(), 3), "recurrent": (Recurrent(), 4)}
    example = torch.randn(3, 2, 8, 8, 8)
    for name, (body, channels) in bodies.items():
        network = Head(body, channels).eval()
        scripted = torch.jit.script(network)
        scripted.save(str(folder / f"{name}_scripted.pt"))
        torch.jit.trace(network, example).save(str(folder / f"{name}_traced.pt"))
        torch.jit.freeze(scripted).save(str(folder / f"{name}_frozen.pt"))
    quantised = torch.ao.quantization.quantize_dynamic(Head(Branches(), 3).eval(), {nn.Linear})
    torch.jit.script(quantised).save(str(folder / "dynamic.pt"))


main()
