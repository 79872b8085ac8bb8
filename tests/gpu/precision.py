#!/usr/bin/env python3
"""What the number formats of a GPU change in the probabilities of the MSSEG 2016 networks, as far as a CPU can tell: weights and values are
rounded to the format, sums are kept in float32. Needs a Python with torch.

    precision.py PATIENT MODELS [EVERY]     a folder of ../shared/data/open_ms; initial.pt and final.pt; each so-manieth candidate [14]
"""

import gzip
import pathlib
import struct
import sys

import torch
from torch.nn.functional import avg_pool3d, conv3d, linear, pad, relu, softmax

EDGE, HALF = 15, 7


def normalised(file):
    data = gzip.decompress(file.read_bytes())
    width, height, depth = struct.unpack_from("<8h", data, 40)[1:4]
    start = int(struct.unpack_from("<f", data, 108)[0])
    image = torch.frombuffer(bytearray(data[start:]), dtype=torch.float32).reshape(depth, height, width).double()
    inside = image[image != 0]
    return ((image - inside.mean()) / inside.std(unbiased=False)).float()


def to_tf32(tensor):
    """To the nearest number with 10 bits of mantissa, ties to even."""
    bits = tensor.contiguous().view(torch.int32)
    return ((bits + 0xFFF + ((bits >> 13) & 1)) & ~0x1FFF).view(torch.float32)


def same(tensor):
    return tensor


def to_type(kind):
    return lambda tensor: tensor.to(kind).float()


# How the factors of products are rounded, and what is kept between layers.
FORMATS = {"fp32": (same, same), "tf32": (to_tf32, same), "fp16": (to_type(torch.half),) * 2, "bf16": (to_type(torch.bfloat16),) * 2}


def lesion(weights, x, factor, kept):
    def product(operation, name, x, **more):
        return kept(operation(factor(x), factor(weights[f"{name}_weight"]), kept(weights[f"{name}_bias"]), **more))

    for name in ("conv1", "conv2"):
        x = kept(avg_pool3d(relu(product(conv3d, name, x, padding=2)), 2))
    x = relu(product(linear, "dense", x.flatten(1)))
    return softmax(product(linear, "out", x), 1)[:, 1]


def main():
    patient, models = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    images = torch.stack([normalised(patient / f"{name}.nii.gz") for name in ("FLAIR", "PD_standin", "T2", "T1")])
    images = pad(images, (HALF,) * 6)
    golden = torch.frombuffer(bytearray((patient / "golden_candidates.f32").read_bytes()), dtype=torch.float32).reshape(-1, 5)
    golden = golden[:: int(sys.argv[3]) if len(sys.argv) > 3 else 14]
    patches = torch.stack([images[:, z : z + EDGE, y : y + EDGE, x : x + EDGE] for x, y, z in golden[:, :3].int().tolist()])
    networks = [dict(torch.jit.load(models / f"{name}.pt").named_parameters()) for name in ("initial", "final")]
    for name, (factor, kept) in FORMATS.items():
        with torch.inference_mode():
            apart = torch.stack([(torch.cat([lesion(weights, part, factor, kept) for part in patches.split(128)]) - golden[:, 3 + i]).abs()
                                 for i, weights in enumerate(networks)])
        print(f"{name}: |dp| at {len(golden)} voxels: at most {apart.max():.1e}, mean {apart.mean():.1e}", flush=True)


if __name__ == "__main__":
    main()
