// cnn.cascade against cnn.stage, and what is done for a GPU, with the CPU in its place.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "cnn/cards.h"
#include "cnn/cascade.h"
#include "cnn/cascade_node.h"
#include "cnn/patch_job.h"
#include "common/grid/patch.h"
#include "common/torch/device.h"
#include "common/torch/inference.h"
#include "flowrun/testing/node_runner.h"
#include "test_folder.h"
#include "tiny_models.h"

namespace flowrun::testing {
namespace {

constexpr std::array<std::int64_t, 3> kPatch{7, 5, 9};

/// A network of two channels whose two scores are probabilities; `seed` makes it another.
std::string write_network(const std::string& path, double seed, const std::string& size = "[7, 5, 9]",
                          const std::string& channels = R"(["a", "b"])") {
  const auto made_up = [&](at::IntArrayRef shape, double step, double scale) {
    return (at::sin(at::arange(c10::multiply_integers(shape), at::kDouble) * step + seed) * scale).reshape(shape).to(at::kFloat);
  };
  const NamedTensors weights{
      {"w1", made_up({6, 2, 3, 3, 3}, 0.7, 0.4)}, {"b1", made_up({6}, 1.3, 0.1)}, {"w2", made_up({2, 6 * 7 * 5 * 9}, 0.9, 0.1)}};
  const std::string description = R"({"format": 1, "network": "small", "input": {"channels": )" + channels + R"(, "size": )" + size +
                                  R"(}, "output": {"classes": ["other", "lesion"]}})";
  return write_model(path, R"(
def forward(self, x):
    x = torch.relu(torch.conv3d(x, self.w1, self.b1, [1, 1, 1], [1, 1, 1]))
    return torch.softmax(torch.linear(torch.flatten(x, 1), self.w2, None), 1)
)",
                     weights, size.empty() ? "" : description);
}

Volume made_up_volume(unsigned seed) {
  Volume volume;
  volume.geometry.size = {13, 11, 12};
  volume.source = std::string("image ").append(std::to_string(seed));
  std::mt19937 random(seed);
  for (std::int64_t i = 0; i < volume.geometry.voxel_count(); ++i)
    volume.voxels.push_back(static_cast<float>(random() % 4001) / 1000.0f - 2.0f);
  return volume;
}

VoxelList every_nth(std::int64_t step) {
  VoxelList list;
  list.geometry = made_up_volume(1).geometry;
  for (std::int64_t v = 0; v < list.geometry.voxel_count(); v += step) list.voxels.push_back(v);
  return list;
}

PatchBatch patches_of(const VoxelList& list) {
  const std::vector<Volume> volumes{made_up_volume(1), made_up_volume(2)};
  PatchBatch patches;
  patches.geometry = list.geometry;
  patches.voxels = list.voxels;
  patches.channels = 2;
  patches.size = kPatch;
  patches.values.resize(static_cast<std::size_t>(patches.count() * patches.values_per_patch()));
  float* patch = patches.values.data();
  for (const std::int64_t voxel : list.voxels) {
    for (const Volume& volume : volumes) {
      grid::copy_patch(volume, list.geometry.voxel_at(voxel), kPatch, patch);
      patch += patches.values_per_patch() / 2;
    }
  }
  return patches;
}

std::vector<float> stage_scores(const std::string& model, const VoxelList& list) {
  NodeRunner stage("cnn.stage", {{"model", model}}, "cpu");
  stage.input("patches", patches_of(list)).run();
  return stage.output<Scores>("scores").values;
}

struct Maps {
  Volume initial, final;
  std::map<std::string, double> reports;
};

struct Models {
  const TestFolder folder;
  const std::string initial = write_network(folder.file("initial.pt"), 0.2), final = write_network(folder.file("final.pt"), 1.1);
};

/// The type with a node that hands its firings to a queue, of a CPU.
NodeType type_behind_a_queue() {
  NodeType type = cnn::cascade_type();
  type.create = []() -> std::unique_ptr<Node> { return cnn::make_cascade({c10::Device(c10::kCPU)}); };
  return type;
}

NodeRunner runner_of(NodeRunner runner, const VoxelList& list) {
  runner.input("volumes", made_up_volume(1)).input("volumes", made_up_volume(2)).input("voxels", list);
  return runner;
}

NodeRunner::Values values_of(const Models& models, NodeRunner::Values more = {}) {
  more.emplace_back("initial", models.initial);
  more.emplace_back("final", models.final);
  return more;
}

Maps run(NodeRunner runner) {
  runner.run();
  return {runner.output<Volume>("initial"), runner.output<Volume>("final"), runner.reports()};
}

Maps run_here(const Models& models, const VoxelList& list, const NodeRunner::Values& more = {}, int threads = 1) {
  NodeRunner runner = runner_of(NodeRunner(cnn::cascade_type(), values_of(models, more), "cpu"), list);
  runner.threads(threads);
  return run(std::move(runner));
}

Maps run_behind_a_queue(const Models& models, const VoxelList& list, const NodeRunner::Values& more = {}) {
  return run(runner_of(NodeRunner(type_behind_a_queue(), values_of(models, more), "cpu"), list));
}

float at(const Volume& map, std::int64_t voxel) { return map.voxels[static_cast<std::size_t>(voxel)]; }

}  // namespace

TEST_CASE("cascade: gives both networks' scores of the patch around each voxel, at the image's edges too, and 0 elsewhere") {
  const Models models;
  for (const VoxelList& list : {every_nth(1), every_nth(37)}) {
    const std::vector<float> initial = stage_scores(models.initial, list), final = stage_scores(models.final, list);
    const Maps maps = run_here(models, list);
    float difference = 0;
    for (std::size_t i = 0; i < list.voxels.size(); ++i) {
      difference = std::max(difference, std::abs(at(maps.initial, list.voxels[i]) - initial[i]));
      difference = std::max(difference, std::abs(at(maps.final, list.voxels[i]) - final[i]));
    }
    CHECK(difference < 1e-5f);
    const auto nonzero = std::count_if(maps.initial.voxels.begin(), maps.initial.voxels.end(), [](float p) { return p != 0; });
    CHECK(nonzero == static_cast<std::int64_t>(list.voxels.size()));
    CHECK(maps.initial.geometry == list.geometry);
    CHECK(maps.reports.at("voxels_of_final") == static_cast<double>(list.voxels.size()));
  }
}

TEST_CASE("cascade: a network that mixes the patches of a batch is refused, as either of the two, here and behind a queue") {
  const VoxelList list = every_nth(37);
  for (const bool is_first : {true, false}) {
    const Models models;
    const std::string mixes = write_model(is_first ? models.initial : models.final, "def forward(self, x):\n    return torch.flip(torch.flatten(x, 1), [0])\n");
    const std::string expected = "the network in '" + mixes + "' gives a patch a score that depends on the other patches of its batch";
    CHECK(contains(runner_of(NodeRunner(cnn::cascade_type(), values_of(models), "cpu"), list).error_of_run(), expected));
    CHECK(contains(runner_of(NodeRunner(type_behind_a_queue(), values_of(models), "cpu"), list).error_of_run(), expected));
  }
}

TEST_CASE(
    "cascade: the second network is run only where the first says more than final_above, and the product's mask is the same") {
  const Models models;
  const VoxelList list = every_nth(2);
  const Maps all = run_here(models, list);
  const auto product = [](const Maps& maps, std::int64_t voxel) {
    return static_cast<double>(at(maps.initial, voxel) * at(maps.final, voxel));
  };
  std::vector<double> products;
  for (const std::int64_t voxel : list.voxels) products.push_back(product(all, voxel));
  std::sort(products.begin(), products.end());
  const double threshold = products[products.size() * 6 / 10];
  for (const bool queue : {false, true}) {
    CAPTURE(queue);
    const NodeRunner::Values pruning{{"final_above", threshold}};
    const Maps pruned = queue ? run_behind_a_queue(models, list, pruning) : run_here(models, list, pruning);
    CHECK(pruned.initial.voxels == all.initial.voxels);
    std::int64_t above = 0, in_mask = 0, masks_differ = 0;
    float difference = 0;
    for (const std::int64_t voxel : list.voxels) {
      const bool is_above = static_cast<double>(at(all.initial, voxel)) > threshold;
      above += is_above;
      difference = std::max(difference, std::abs(at(pruned.final, voxel) - (is_above ? at(all.final, voxel) : 0.0f)));
      in_mask += product(all, voxel) > threshold;
      const bool is_clear = std::abs(product(all, voxel) - threshold) > 1e-5;  // another order of sums may move the others
      masks_differ += is_clear && (product(all, voxel) > threshold) != (product(pruned, voxel) > threshold);
    }
    CHECK(difference < 1e-5f);
    CHECK(masks_differ == 0);
    CHECK(in_mask > 100);
    CHECK(above > in_mask);
    CHECK(above < static_cast<std::int64_t>(list.voxels.size()));
    CHECK(pruned.reports.at("voxels_of_final") == static_cast<double>(above));
  }
}

TEST_CASE("cascade: gives the same bits for any number of threads, and behind a queue with two batches in flight") {
  const Models models;
  const VoxelList list = every_nth(3);
  const NodeRunner::Values values{{"batch", std::int64_t{16}}, {"final_above", 0.45}};
  const Maps one = run_here(models, list, values, 1);
  for (const Maps& other : {run_here(models, list, values, 2), run_here(models, list, values, 3),
                            run_behind_a_queue(models, list, values), run_behind_a_queue(models, list, values)}) {
    CHECK(other.initial.voxels == one.initial.voxels);
    CHECK(other.final.voxels == one.final.voxels);
    CHECK(other.reports.at("voxels_of_final") == one.reports.at("voxels_of_final"));
  }
  CHECK(run_behind_a_queue(models, list, values).reports.at("device_s") > 0);
}

TEST_CASE("cascade: a batch of more patches than there are is one batch, and the try-out of a device stays short") {
  const Models models;
  const VoxelList list = every_nth(20);
  const NodeRunner::Values millions{{"batch", std::int64_t{4'000'000}}};
  const Maps here = run_here(models, list, millions), queued = run_behind_a_queue(models, list, millions);
  CHECK(queued.initial.voxels == here.initial.voxels);
  CHECK(queued.final.voxels == here.final.voxels);
}

TEST_CASE("cascade: an empty list gives empty maps") {
  const Models models;
  VoxelList none = every_nth(1);
  none.voxels.clear();
  for (const bool queue : {false, true}) {
    const Maps maps = queue ? run_behind_a_queue(models, none) : run_here(models, none);
    CHECK(maps.initial.voxels == std::vector<float>(static_cast<std::size_t>(none.geometry.voxel_count()), 0.0f));
    CHECK(maps.final.voxels == maps.initial.voxels);
  }
}

TEST_CASE("cascade: wrong inputs and models are told, on threads and behind a queue") {
  const Models models;
  const VoxelList list = every_nth(5);
  const auto error_with = [&](const NodeRunner::Values& values, bool queue) {
    NodeRunner runner = runner_of(NodeRunner(queue ? type_behind_a_queue() : cnn::cascade_type(), values, "cpu"), list);
    return runner.error_of_run();
  };
  const std::string unsized_model = write_network(models.folder.file("unsized.pt"), 0.2, "");
  const std::string nan = write_model(models.folder.file("nan.pt"), R"(
def forward(self, x):
    return torch.flatten(x, 1)[:, 0:2] / 0.0 * 0.0
)");
  const std::string wrong = write_model(models.folder.file("wrong.pt"), "def forward(self, x):\n    return torch.conv3d(x, x)\n");
  for (const bool queue : {false, true}) {
    CAPTURE(queue);
    CHECK(contains(error_with({{"initial", unsized_model}, {"final", unsized_model}}, queue), "says the size of its patches"));
    CHECK(contains(error_with({{"initial", models.initial}, {"final", nan}}, queue),
                   "gives NaN for the patch around voxel (0, 0, 0)"));
    CHECK(contains(error_with({{"initial", models.initial}, {"final", wrong}}, queue), "gives a tensor of shape"));
    CHECK(contains(error_with({{"initial", models.folder.file("none.pt")}, {"final", nan}}, queue), "there is no model file"));
    NodeRunner one_channel(queue ? type_behind_a_queue() : cnn::cascade_type(), values_of(models), "cpu");
    one_channel.input("volumes", made_up_volume(1)).input("voxels", list);
    CHECK(contains(one_channel.error_of_run(), "wants patches of 2 channels (a, b)"));
    Volume other = made_up_volume(2);
    other.geometry.spacing = {2, 2, 2};
    NodeRunner other_grid(queue ? type_behind_a_queue() : cnn::cascade_type(), values_of(models), "cpu");
    other_grid.input("volumes", made_up_volume(1)).input("volumes", other).input("voxels", list);
    CHECK(contains(other_grid.error_of_run(), "are not on one grid"));
    Volume here = made_up_volume(1), atlas = made_up_volume(2);
    here.facts.space = "flair";
    atlas.facts.space = "MNI152";
    NodeRunner other_space(queue ? type_behind_a_queue() : cnn::cascade_type(), values_of(models), "cpu");
    other_space.input("volumes", here).input("volumes", atlas).input("voxels", list);
    CHECK(contains(other_space.error_of_run(), "'image 1' is in the space 'flair', but 'image 2' is in 'MNI152'"));
  }
}

TEST_CASE("cascade, dense inference: their maps are probabilities in the space of the images, whose order is that of the channels") {
  const TestFolder folder;
  const std::string model = write_network(folder.file("m.pt"), 0.2, "[7, 5, 9]", R"(["FLAIR", "T1"])");
  const auto run_with = [&](const char* type, const std::string& first, const std::string& second) {
    NodeRunner runner = std::string(type) == "cnn.cascade" ? NodeRunner(cnn::cascade_type(), {{"initial", model}, {"final", model}}, "cpu")
                                                           : NodeRunner(type, {{"model", model}}, "cpu");
    Volume a = made_up_volume(1), b = made_up_volume(2);
    a.facts = {first, "flair", std::string(kStandardised), {}};
    b.facts = {second, "flair", std::string(kStandardised), {}};
    runner.input("volumes", a).input("volumes", b).input("voxels", every_nth(50));
    return runner;
  };
  for (const char* type : {"cnn.cascade", "cnn.dense_inference"}) {
    CAPTURE(type);
    NodeRunner right = run_with(type, "FLAIR", "T1w");
    right.run();
    const Volume& map = right.output<Volume>(std::string(type) == "cnn.cascade" ? "initial" : "map");
    CHECK(map.facts == ImageFacts{"", "flair", std::string(kProbability), {}});
    CHECK(run_with(type, "flair", "").error_of_run().empty());
    CHECK(run_with(type, "", "a map of its own").error_of_run().empty());
    CHECK(run_with(type, "T1w", "FLAIR").error_of_run() ==
          "the network in '" + model + "' takes FLAIR as channel 1, but the image there is T1w; put the volumes in the order of its " +
              "channels: FLAIR, T1");
    CHECK(contains(run_with(type, "FLAIR", "T2w").error_of_run(), "takes T1 as channel 2, but the image there is T2w"));
  }
}

TEST_CASE("cascade: a cancelled firing emits nothing") {
  const Models models;
  for (const bool queue : {false, true}) {
    NodeRunner runner =
        runner_of(NodeRunner(queue ? type_behind_a_queue() : cnn::cascade_type(), values_of(models), "cpu"), every_nth(1));
    runner.open();
    runner.cancel_after(3);
    runner.run();
    CHECK_THROWS_AS(runner.output_ptr("final"), Error);
  }
}

TEST_CASE("patch job: a chunk through a queue gives what it gives on the engine's threads, bit by bit") {
  const Models models;
  const PatchBatch patches = patches_of(every_nth(7));
  const c10::Device cpu(c10::kCPU);
  cnn::Card card(cpu);
  Params params;
  params.set("activation", std::string("none"));
  params.set("batch", std::int64_t{32});
  params.set("output_class", std::int64_t{-1});
  params.set("axes", std::string("trained"));
  params.set("spacing", std::string("trained"));
  const cnn::PatchRunner runner(params, models.initial, cpu, {});
  const Scores wanted = runner.run(patches, 1, [] { return false; });
  const auto job = std::make_shared<cnn::PatchJob>(runner, patches, card.streams);
  card.queue.run(job);
  CHECK(job->scores().values == wanted.values);
  CHECK(job->scores().classes == 2);
  CHECK(job->scores().voxels == wanted.voxels);
  CHECK(job->busy_seconds() > 0);
}

TEST_CASE("precision: bf16 keeps the scores close, and is another model than fp32 in the cache; where it would not, it is refused") {
  const Models models;
  const VoxelList list = every_nth(11);
  if (!tensor::cpu_computes_bf16()) {
    CHECK_THROWS_WITH_AS(run_here(models, list, {{"precision", std::string("bf16")}}),
                         doctest::Contains("'precision' is bf16, but this processor has no AVX-512"), Error);
    return;
  }
  const Maps exact = run_here(models, list), coarse = run_here(models, list, {{"precision", std::string("bf16")}});
  float largest = 0;
  for (const std::int64_t voxel : list.voxels)
    largest = std::max(largest, std::abs(at(exact.initial, voxel) - at(coarse.initial, voxel)));
  CHECK(largest > 0);
  CHECK(largest < 0.05f);
}

TEST_CASE("layout: channels beside each other give the same scores but for the order of sums") {
  const Models models;
  const VoxelList list = every_nth(11);
  const Maps one = run_here(models, list), other = run_here(models, list, {{"layout", std::string("channels_last")}});
  for (const std::int64_t voxel : list.voxels) CHECK(std::abs(at(one.initial, voxel) - at(other.initial, voxel)) < 1e-5f);
}

TEST_CASE("cuda claim: two that ask for different settings cannot hold one at the same time") {
  const auto plain = tensor::claim_cuda({});
  CHECK(tensor::claim_cuda({}) == plain);
  tensor::Arithmetic tf32;
  tf32.precision = tensor::Precision::tf32;
  CHECK_THROWS_WITH_AS(tensor::claim_cuda(tf32), doctest::Contains("asks for tf32, but another of this process for no tf32"),
                       Error);
}

TEST_CASE("memory: running out is told from other failures") {
  CHECK(tensor::is_out_of_memory(std::runtime_error("CUDA out of memory. Tried to allocate 20.00 GiB")));
  CHECK(tensor::is_out_of_memory(std::runtime_error("cuDNN error: CUDNN_STATUS_ALLOC_FAILED")));
  CHECK(tensor::is_out_of_memory(std::runtime_error("DefaultCPUAllocator: can't allocate memory")));
  CHECK_FALSE(tensor::is_out_of_memory(std::runtime_error("CUDA error: an illegal memory access was encountered")));
}

TEST_CASE("device: auto says once that a LibTorch with CUDA finds no device, and nothing otherwise") {
  const bool falls_back = at::Context::hasCUDART() && torch::cuda::device_count() == 0;
  CHECK(tensor::fallback_sentence("cpu").empty());
  const std::string first = tensor::fallback_sentence("auto");
  CHECK(first.empty() != falls_back);
  if (falls_back) CHECK(contains(first, "so networks run on the CPU"));
  CHECK(tensor::fallback_sentence("auto").empty());
}

}  // namespace flowrun::testing
