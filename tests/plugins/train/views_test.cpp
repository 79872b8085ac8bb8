// Several views of a voxel: patches of different sizes and planes, drawn, trained on and used.
#include <cmath>
#include <cstdio>

#include "support/needs.h"
#include "toy_training.h"
#include "train/initialise.h"
#include "train/layers.h"
#include "train/loss.h"

namespace flowrun::testing {
namespace {

using Numbers = std::vector<std::int64_t>;

/// Axial, sagittal with the channels exchanged, coronal.
const char* const kToyViews = R"({"name": "toy views", "views": [
  {"size": [5, 5], "layers": [{"type": "convolution", "channels": 6, "kernel": [3, 3]}, {"type": "relu"}, {"type": "flatten"},
    {"type": "dense", "units": 8}, {"type": "relu"}]},
  {"size": [1, 5, 5], "channels": [1, 0], "layers": [{"type": "convolution", "channels": 4, "kernel": [1, 3, 3]}, {"type": "leaky_relu"},
    {"type": "pool", "kind": "max", "window": [1, 2, 2]}, {"type": "batch_norm"}, {"type": "flatten"}]},
  {"size": [7, 1, 7], "layers": [{"type": "convolution", "channels": 4, "kernel": [3, 1, 3]}, {"type": "prelu"},
    {"type": "pool", "kind": "average", "window": [2, 1, 2]}, {"type": "convolution", "channels": 5, "kernel": [2, 1, 2]}, {"type": "flatten"}]}],
  "layers": [{"type": "dropout", "rate": 0.2}, {"type": "dense", "units": 2}, {"type": "softmax"}]})";
const Numbers kSizes{5, 5, 1, 1, 5, 5, 7, 1, 7};

PayloadPtr viewed(const ToyCase& one, const std::string& name) { return sampled(one, name, {{"size", kSizes}}); }

std::string views_error(const TestFolder& folder, const std::string& model, Values more, const std::vector<PayloadPtr>& samples,
                        const char* network = kToyViews) {
  more.emplace_back("channels", std::vector<std::string>{"bright", "other"});
  more.emplace_back("batch", std::int64_t{48});
  NodeRunner runner("train.fit", more, "cpu");
  runner.set("model", model).set("network", folder.write("network.json", network));
  for (const PayloadPtr& one : samples) runner.input("samples", one);
  return runner.error_of_run();
}

std::vector<PayloadPtr> four_cases() {
  std::vector<PayloadPtr> samples;
  for (unsigned i = 1; i <= 4; ++i) samples.push_back(viewed(ToyCase(i), "case" + std::to_string(i)));
  return samples;
}

std::string trained_views(const TestFolder& folder) {
  const std::string model = folder.file("views.pt");
  REQUIRE(views_error(folder, model, {{"epochs", std::int64_t{30}}, {"learning_rate", 0.01}}, four_cases()) == "");
  return model;
}

/// Chunks of the views around voxels, as a graph cuts them.
std::vector<PatchBatch> cut(const ToyCase& one, const VoxelList& list) {
  std::vector<PatchBatch> views;
  for (std::size_t i = 0; i < 3; ++i) {
    PatchBatch& view = views.emplace_back();
    view.geometry = list.geometry;
    view.voxels = list.voxels;
    view.channels = 2;
    view.size = {kSizes[3 * i], kSizes[3 * i + 1], kSizes[3 * i + 2]};
    for (const std::int64_t voxel : list.voxels)
      for (const Volume* volume : {&one.bright, &one.other}) {
        const auto centre = list.geometry.voxel_at(voxel);
        for (std::int64_t z = 0; z < view.size[2]; ++z)
          for (std::int64_t y = 0; y < view.size[1]; ++y)
            for (std::int64_t x = 0; x < view.size[0]; ++x) {
              const std::array<std::int64_t, 3> at{centre[0] + x - view.size[0] / 2, centre[1] + y - view.size[1] / 2,
                                                   centre[2] + z - view.size[2] / 2};
              bool inside = true;
              for (std::size_t axis = 0; axis < 3; ++axis)
                inside = inside && at[axis] >= 0 && at[axis] < list.geometry.size[axis];
              const auto index = inside ? list.geometry.index_of(at[0], at[1], at[2]) : 0;
              view.values.push_back(inside ? volume->voxels[static_cast<std::size_t>(index)] : 0);
            }
      }
  }
  return views;
}

TEST_CASE("views: samples hold each view's patch, cut from a box or kept one by one") {
  const ToyCase one(1, small_grid(30, 28, 26));
  for (const Values& few : {Values{}, Values{{"most_positives", std::int64_t{3}}}}) {
    Values params = few;
    params.emplace_back("size", kSizes);
    const PayloadPtr payload = sampled(one, "a", params);
    const auto& samples = static_cast<const train::Samples&>(*payload);
    CHECK(samples.is_box == few.empty());
    CHECK(samples.values_per_sample() == 2 * (25 + 25 + 49));
    const std::vector<PatchBatch> wanted = cut(one, list_of(samples.voxels, samples.geometry));
    std::vector<float> row(static_cast<std::size_t>(samples.values_per_sample()));
    for (std::int64_t i = 0; i < samples.count(); ++i) {
      samples.copy_patches(i, row.data());
      auto at = row.begin();
      for (const PatchBatch& view : wanted) {
        const std::int64_t each = view.values_per_patch();
        CHECK(std::equal(view.values.begin() + i * each, view.values.begin() + (i + 1) * each, at));
        at += each;
      }
    }
  }
  CHECK(
      contains(sampler(one, "a", {{"size", Numbers{5, 5, 1, 3}}}).error_of_run(), "parameter 'size' has 4 numbers; give three"));
}

TEST_CASE("views: a network learns from them, and cnn.stage gives a voxel the score that the training's layers give") {
  const TestFolder folder;
  const std::string model = trained_views(folder);
  const ToyCase unseen(9);
  const VoxelList list = list_of(unseen.everywhere, unseen.lesions.geometry);
  const std::vector<PatchBatch> views = cut(unseen, list);
  NodeRunner stage("cnn.stage", {{"model", model}}, "cpu");
  for (const PatchBatch& view : views) stage.input("patches", view);
  stage.run();
  const auto& scores = stage.output<Scores>("scores");
  double both = 0, all = 0;
  for (std::size_t i = 0; i < scores.values.size(); ++i) {
    const bool found = scores.values[i] > 0.5f, is = unseen.lesions.voxels[i] != 0;
    both += found && is, all += found + is;
  }
  CHECK(2 * both / all > 0.8);

  at::Tensor rows = at::empty({static_cast<std::int64_t>(list.voxels.size()), 198});
  std::int64_t first = 0;
  for (const PatchBatch& view : views) {
    const at::Tensor part = at::tensor(view.values).reshape({rows.size(0), -1});
    rows.narrow(1, first, part.size(1)).copy_(part);
    first += part.size(1);
  }
  const network::Network network = network::parse_network(kToyViews, "net");
  const network::Shapes shapes = network::infer_shapes(network, 2, {}, "net");
  const torch::jit::Module module = torch::jit::load(model);
  std::map<std::string, at::Tensor> held;
  for (const auto& one : module.named_parameters()) held[one.name] = one.value;
  for (const auto& one : module.named_buffers()) held[one.name] = one.value;
  std::vector<at::Tensor> tensors;
  for (const auto& parameter : network::parameters(network, shapes)) tensors.push_back(held.at(parameter.name));
  train::Pass pass;
  const at::Tensor expected = at::softmax(train::logits(network, rows, tensors, pass), 1).select(1, 1);
  CHECK(at::allclose(at::tensor(scores.values), expected, 1e-4, 1e-5));
}

TEST_CASE("views: cnn.dense_labels gives over whole slices what it gives patch by patch, for any tile and number of threads") {
  const TestFolder folder;
  const std::string model = trained_views(folder);
  const ToyCase unseen(9);
  VoxelList list = list_of(unseen.everywhere, unseen.lesions.geometry);
  std::erase_if(list.voxels, [](std::int64_t voxel) { return voxel % 7 == 3; });
  const auto labels = [&](Values params, int threads, std::int64_t patches) {
    params.emplace_back("model", model);
    params.emplace_back("first", std::int64_t{1});
    NodeRunner runner("cnn.dense_labels", params);
    runner.threads(threads).input("volumes", unseen.bright).input("volumes", unseen.other).input("voxels", list).run();
    CHECK(runner.warnings().empty());
    CHECK(runner.reports().at("patches") == patches);
    return runner.output<Labels>("labels");
  };
  const Labels alone = labels({{"strategy", std::string("patch")}}, 1, static_cast<std::int64_t>(list.voxels.size()));
  CHECK(alone.names == std::map<std::int32_t, std::string>{{1, "not lesion"}, {2, "lesion"}});
  CHECK(alone.voxels[3] == 0);
  CHECK(std::count(alone.voxels.begin(), alone.voxels.end(), 2) > 20);
  CHECK(labels({{"strategy", std::string("dense")}}, 1, 0).voxels == alone.voxels);
  CHECK(labels({{"tile", std::int64_t{5}}}, 3, 0).voxels == alone.voxels);
  CHECK(labels({{"tile", std::int64_t{17}}}, 2, 0).voxels == alone.voxels);
  const auto weighted = labels({{"class_weights", std::vector<double>{1, 0}}}, 1, 0).voxels;
  CHECK(std::count(weighted.begin(), weighted.end(), 1) == static_cast<std::ptrdiff_t>(list.voxels.size()));
}

TEST_CASE("views: a padded network runs patch by patch in cnn.dense_labels, with a warning; strategy dense refuses it") {
  const TestFolder folder;
  const std::string model = trained(folder, "padded", {{"epochs", std::int64_t{2}}});
  const ToyCase one(3);
  const auto runner = [&](const std::string& strategy) {
    NodeRunner made("cnn.dense_labels", {{"model", model}, {"strategy", strategy}});
    made.input("volumes", one.bright).input("volumes", one.other).input("voxels", list_of(one.everywhere, one.lesions.geometry));
    return made;
  };
  NodeRunner automatic = runner("auto"), alone = runner("patch");
  automatic.run(), alone.run();
  REQUIRE(automatic.warnings().size() == 1);
  CHECK(contains(automatic.warnings()[0], "layer 1 (convolution) has a padding"));
  CHECK(contains(automatic.warnings()[0], "it is run patch by patch"));
  CHECK(automatic.output<Labels>("labels").voxels == alone.output<Labels>("labels").voxels);
  CHECK(contains(runner("dense").error_of_run(), "set the parameter 'strategy' to auto or patch"));
}

TEST_CASE("views: what does not fit the network is refused with what it takes") {
  const TestFolder folder;
  const std::string model = trained_views(folder);
  const ToyCase one(2);
  const std::vector<PatchBatch> views = cut(one, list_of({5, 6}, one.lesions.geometry));
  const auto error = [&](const std::vector<PatchBatch>& given) {
    NodeRunner stage("cnn.stage", {{"model", model}}, "cpu");
    for (const PatchBatch& view : given) stage.input("patches", view);
    return stage.error_of_run();
  };
  CHECK(error(views) == "");
  CHECK(
      contains(error({views[0], views[1]}),
               "takes 3 views of a voxel, of 5 x 5 x 1, 1 x 5 x 5 and 7 x 1 x 7 voxels, but input 'patches' has 2 connections"));
  CHECK(
      contains(error({views[0]}), "views of 5 x 5 x 1, 1 x 5 x 5 and 7 x 1 x 7 voxels, but they have 2 channels and 5 x 5 x 1"));
  CHECK(contains(error({views[1], views[0], views[2]}), "takes patches of 2 channels of 5 x 5 x 1 voxels as view 1"));
  std::vector<PatchBatch> apart = views;
  apart[2].voxels[0] = 4;
  CHECK(contains(error(apart), "view 3 lies around other voxels than view 1"));
  NodeRunner plain("cnn.stage", {{"model", trained(folder, "plain", {{"epochs", std::int64_t{1}}})}}, "cpu");
  plain.input("patches", views[0]).input("patches", views[1]);
  CHECK(contains(plain.error_of_run(), "takes one patch around a voxel, but input 'patches' has 2 connections"));

  const std::vector<PayloadPtr> single{sampled(one, "a")}, several{viewed(one, "a")};
  CHECK(contains(views_error(folder, model, {}, single),
                 "takes views of 5 x 5 x 1, 1 x 5 x 5 and 7 x 1 x 7 voxels, but the samples "
                 "have a patch of 5 x 5 x 5 voxels"));
  CHECK(contains(views_error(folder, model, {}, several, kToyNetwork),
                 "takes one patch around a voxel, but the samples have views of"));
  CHECK(contains(views_error(folder, model, {}, {viewed(one, "a"), sampled(one, "b")}),
                 "all cases need the same images and patch size"));
}

std::string output_of(const std::string& command) {
  std::string text;
  FILE* pipe = popen(command.c_str(), "r");
  char buffer[4096];
  for (std::size_t n = 0; pipe && (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;) text.append(buffer, n);
  return pipe && pclose(pipe) == 0 ? text : "";
}

template <class T>
std::string raw(const T* values, std::int64_t count) {
  return {reinterpret_cast<const char*>(values), static_cast<std::size_t>(count) * sizeof(T)};
}

TEST_CASE("views: loss and gradient of a step of the network of Moeskops et al. are those of a PyTorch script" *
          doctest::test_suite("needs pytorch")) {
  if (!python_has("numpy, torch"))
    return could_not_run("/usr/bin/python3 has no PyTorch and NumPy; on Debian: apt-get install python3-numpy python3-torch");
  const TestFolder folder;
  const std::string text = bytes_of(FLOWRUN_SOURCE_DIR "/graphs/models/networks/moeskops2016.json");
  folder.write("network.json", text);
  const network::Network network = network::parse_network(text, "net");
  const network::Shapes shapes = network::infer_shapes(network, 2, {}, "net");
  train::Weights weights(network, shapes);
  train::initialise(weights, "he_normal", 0, 5);
  torch::manual_seed(3);
  const at::Tensor rows = torch::randn({6, shapes.input.channels}), labels = torch::randint(0, 9, {6}, at::kLong);
  folder.write("weights.f32", raw(weights.values().data(), static_cast<std::int64_t>(weights.values().size())));
  folder.write("rows.f32", raw(rows.data_ptr<float>(), rows.numel()));
  folder.write("labels.u8", raw(labels.to(at::kByte).data_ptr<std::uint8_t>(), labels.numel()));
  std::vector<at::Tensor> tensors;
  for (std::size_t i = 0; i < weights.parameters().size(); ++i) tensors.push_back(weights.view(i).clone().requires_grad_(true));
  train::Pass pass;  // without dropout
  const at::Tensor loss = train::Loss({}, at::kCPU)(train::logits(network, rows, tensors, pass), labels);
  const auto found = torch::autograd::grad({loss}, tensors);
  const std::string printed =
      output_of(std::string("/usr/bin/python3 ") + FLOWRUN_TEST_FOLDER + "/views_parity.py " + folder.file("") + " 2 6 1 9 16");
  REQUIRE_FALSE(printed.empty());
  CHECK(std::abs(loss.item<double>() - std::stod(printed)) < 1e-5 * loss.item<double>());
  const std::string bytes = bytes_of(folder.file("gradient.f32"));
  REQUIRE(bytes.size() == weights.values().size() * sizeof(float));
  double difference = 0, norm = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const at::Tensor theirs =
        torch::from_blob(const_cast<char*>(bytes.data()) + weights.offset(i) * 4, found[i].sizes(), at::kFloat);
    difference += (found[i] - theirs).square().sum().item<double>();
    norm += theirs.square().sum().item<double>();
  }
  CHECK(norm > 0);
  MESSAGE("relative difference of the gradients: " << std::sqrt(difference / norm));
  CHECK(std::sqrt(difference / norm) < 1e-4);
}

}  // namespace
}  // namespace flowrun::testing
