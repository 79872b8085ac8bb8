// Patches per second of cnn.stage: so many threads fire at once, as the engine does it, each with one thread inside an operation.
//   bench_cnn_stage MODEL BATCH THREADS SECONDS      prints one line of JSON
#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <numeric>
#include <random>
#include <thread>
#include <vector>

#include "flowrun/testing/node_runner.h"

namespace {

using flowrun::PatchBatch;
using flowrun::PayloadPtr;
using flowrun::testing::NodeRunner;
using Clock = std::chrono::steady_clock;

constexpr std::int64_t kChunk = 256;

PayloadPtr made_up_chunk() {
  PatchBatch patches;
  patches.geometry.size = {100, 100, 100};
  patches.voxels.resize(kChunk);
  std::iota(patches.voxels.begin(), patches.voxels.end(), 0);
  patches.channels = 4;
  patches.size = {15, 15, 15};
  patches.values.resize(static_cast<std::size_t>(kChunk * patches.values_per_patch()));
  std::minstd_rand random(7);
  for (float& value : patches.values) value = static_cast<float>(random() % 4001) / 1000.0f - 2.0f;
  return std::make_shared<const PatchBatch>(std::move(patches));
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) { return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec); };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

int threads_of_process() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("Threads:")) return std::atoi(line.c_str() + 8);
  return 0;
}

std::vector<std::unique_ptr<NodeRunner>> open_runners(const std::string& model, std::int64_t batch, int count) {
  const PayloadPtr chunk = made_up_chunk();
  std::vector<std::unique_ptr<NodeRunner>> runners;
  for (int i = 0; i < count; ++i) {
    runners.push_back(std::make_unique<NodeRunner>("cnn.stage", NodeRunner::Values{{"model", model}, {"batch", batch}}, "cpu"));
    runners.back()->threads(1).input("patches", chunk);
    runners.back()->open();
  }
  return runners;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return std::fprintf(stderr, "bench_cnn_stage MODEL BATCH THREADS SECONDS\n"), 2;
  const auto runners = open_runners(argv[1], std::atoll(argv[2]), std::atoi(argv[3]));
  const auto seconds = std::chrono::duration<double>(std::atof(argv[4]));
  std::atomic<std::int64_t> fired{0};
  std::atomic<int> most_threads{0};
  std::atomic<bool> go{false};
  std::atomic<int> ready{0};
  Clock::time_point start;
  std::vector<std::thread> threads;
  for (const auto& runner : runners) {
    threads.emplace_back([&, runner = runner.get()] {
      runner->run();  // the first firing prepares the network's graph
      ++ready;
      while (!go) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      while (Clock::now() - start < seconds) {
        runner->run();
        ++fired;
        most_threads = threads_of_process();
      }
    });
  }
  while (ready < static_cast<int>(runners.size())) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  const double cpu_before = cpu_seconds();
  start = Clock::now();
  go = true;
  for (std::thread& thread : threads) thread.join();
  const double wall = std::chrono::duration<double>(Clock::now() - start).count();
  const double cpu = cpu_seconds() - cpu_before;
  const double patches = static_cast<double>(fired * kChunk);
  std::printf("{\"per_second\": %.1f, \"per_cpu_second\": %.1f, \"cores_busy\": %.2f, \"threads\": %d}\n", patches / wall,
              patches / cpu, cpu / wall, most_threads.load());
  return 0;
}
