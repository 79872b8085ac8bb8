"""cnn.stage beside plain PyTorch: patches per second of the MSSEG-2016 patch network on the CPU.

    /usr/bin/python3 tests/bench/torch/compare.py build/<folder>/bin/bench_cnn_stage [--threads 2] [--rounds 7] [--batch 32]

PyTorch runs its operations on all threads, at the batch size that is best for it; cnn.stage runs one chunk on each thread.
Rounds of both alternate, so that other work on the machine falls on both; what is printed are medians over the rounds, and the
median of the ratios of neighbouring rounds.
"""
import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time

os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # spinning threads would take the cores from the other side

import torch  # noqa: E402


def patch_network():
    torch.manual_seed(7)
    layers = torch.nn
    return layers.Sequential(
        layers.Conv3d(4, 32, 5, padding=2), layers.ReLU(), layers.AvgPool3d(2),
        layers.Conv3d(32, 64, 5, padding=2), layers.ReLU(), layers.AvgPool3d(2),
        layers.Flatten(), layers.Linear(1728, 256), layers.ReLU(), layers.Linear(256, 2), layers.Softmax(1)).eval()


def measure_pytorch(network, batch, seconds, shape=(4, 15, 15, 15)):
    patches = torch.randn(batch, *shape)
    network(patches)
    done, start, cpu = 0, time.perf_counter(), time.process_time()
    while time.perf_counter() - start < seconds:
        network(patches)
        done += batch
    return {"per_second": done / (time.perf_counter() - start), "per_cpu_second": done / (time.process_time() - cpu)}


def measure_stage(program, model, batch, threads, seconds):
    command = [program, model, str(batch), str(threads), str(seconds)]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)


def best_batch(network, seconds, shape=(4, 15, 15, 15)):
    rates = {}
    for _ in range(3):
        for batch in (8, 16, 32, 64, 128, 256):
            rates.setdefault(batch, []).append(measure_pytorch(network, batch, seconds, shape)["per_second"])
    return max(rates, key=lambda batch: statistics.median(rates[batch]))


def median_of(rounds, key):
    return statistics.median(result[key] for result in rounds)


def report(name, rounds, key, reference=None):
    line = f"{name:34s} {median_of(rounds, key):8.1f} {key.replace('_', ' ')}"
    if reference:
        ratios = [ours[key] / theirs[key] for ours, theirs in zip(rounds, reference)]
        line += f"   x {statistics.median(ratios):.3f} of plain PyTorch ({min(ratios):.2f} to {max(ratios):.2f})"
    print(line)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--batch", type=int, nargs="+", default=[32])
    options = parser.parse_args()

    torch.set_grad_enabled(False)
    torch.set_num_threads(options.threads)
    network = patch_network()
    script = torch.jit.script(network)
    prepared = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.script(network)))
    for _ in range(3):
        prepared(torch.randn(8, 4, 15, 15, 15))
    plain_batch, prepared_batch = best_batch(network, options.seconds / 4), best_batch(prepared, options.seconds / 4)
    plain, frozen, stage = [], [], {batch: [] for batch in options.batch}
    with tempfile.TemporaryDirectory() as folder:
        model = os.path.join(folder, "network.pt")
        script.save(model)
        for _ in range(options.rounds):
            plain.append(measure_pytorch(network, plain_batch, options.seconds))
            for batch in options.batch:
                stage[batch].append(measure_stage(options.program, model, batch, options.threads, options.seconds))
            frozen.append(measure_pytorch(prepared, prepared_batch, options.seconds))
    for key in ("per_second", "per_cpu_second"):
        report(f"PyTorch, batch {plain_batch}", plain, key)
        report(f"PyTorch, frozen, batch {prepared_batch}", frozen, key, plain)
        for batch, rounds in stage.items():
            report(f"cnn.stage, batch {batch}", rounds, key, plain)
    busiest = [result for rounds in stage.values() for result in rounds]
    threads = max(result["threads"] for result in busiest)
    print(f"cnn.stage kept {median_of(busiest, 'cores_busy'):.2f} cores busy with {threads} threads in all, "
          f"{options.threads} of them firing; load average now {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
