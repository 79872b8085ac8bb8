"""The cascade of nicMSlesions beside plain PyTorch: patches per second of both networks, patch by patch, on one patient.

    /usr/bin/python3 tests/bench/torch/nicmslesions.py FLOWRUN MODELS PATIENT [--threads 2] [--rounds 3]

MODELS holds initial.pt and final.pt (graphs/nicmslesions/import_weights.json makes them), PATIENT holds FLAIR and T1 as .nii.gz. The
networks cannot share arithmetic, because their slopes differ from voxel to voxel of a patch. PyTorch gets patches in memory and its
best batch, as modules as the authors have them (plain), and frozen and optimised for inference. flowrun runs the whole graph; its
rate is of the time from the start of the first network to the end of the second, cutting the patches included. Rounds of all three
alternate; what is printed are medians over the rounds and of the ratios.
"""
import statistics

import compare
import dense
import torch


class Slopes(torch.nn.Module):
    """Keras' PReLU with a slope for each value."""

    def __init__(self, *shape):
        super().__init__()
        self.slope = torch.nn.Parameter(torch.full(shape, 0.2))

    def forward(self, x):
        return torch.relu(x) - self.slope * torch.relu(-x)


def patch_network():
    torch.manual_seed(7)
    layers = torch.nn

    def convolution(before, channels, side):
        return [layers.Conv3d(before, channels, 3, padding=1), layers.BatchNorm3d(channels, 0.001), Slopes(channels, side, side, side)]

    def dense_layer(before, units):
        return [layers.Linear(before, units), Slopes(units)]

    return layers.Sequential(
        *convolution(2, 32, 11), *convolution(32, 32, 11), layers.MaxPool3d(2),
        *convolution(32, 64, 5), *convolution(64, 64, 5), layers.MaxPool3d(2), layers.Flatten(), layers.Dropout(0.5),
        *dense_layer(512, 256), *dense_layer(256, 128), *dense_layer(128, 64), layers.Linear(64, 2), layers.Softmax(1)).eval()


def main():
    parser = dense.parser_of(__doc__)
    parser.add_argument("--gate", type=float, default=1.5, help="candidates are above this many standard deviations")
    options = parser.parse_args()
    torch.set_grad_enabled(False)
    torch.set_num_threads(options.threads)
    shape = (2, 11, 11, 11)
    plain = patch_network()
    sides = {"plain": plain, "frozen": torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.script(plain)))}
    batches = {name: compare.best_batch(network, options.seconds / 8, shape) for name, network in sides.items()}
    rounds = []
    for _ in range(options.rounds):
        one = {name: compare.measure_pytorch(network, batches[name], options.seconds, shape)["per_second"] for name, network in sides.items()}
        ours = dense.run(options, "nicmslesions/segment.json", (f"candidate_threshold={options.gate}",), {"flair": "FLAIR", "t1": "T1"})
        one.update(ours, ours=(ours["voxels"] + ours["kept"]) / ours["seconds"])
        rounds.append(one)
        print(f"# {one['voxels']:.0f} and {one['kept']:.0f} patches in {one['seconds']:.1f} s; PyTorch {one['plain']:.0f} patches/s", flush=True)
    print(f"PyTorch {torch.__version__}, {options.threads} threads, best batches {batches}; medians of {options.rounds} rounds")
    for name in ("plain", "frozen", "ours"):
        ratios = [one[name] / one["plain"] for one in rounds]
        print(f"{name:8s} {dense.median(rounds, name):7.0f} patches/s   x {statistics.median(ratios):.2f} of plain ({min(ratios):.2f} to {max(ratios):.2f})")


if __name__ == "__main__":
    main()
