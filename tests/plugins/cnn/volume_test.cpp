#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "flowrun/testing/node_runner.h"
#include "cnn/volume.h"
#include "cnn/volume_node.h"
#include "plugins/small_images.h"
#include "test_folder.h"
#include "tiny_models.h"

namespace flowrun::testing {
namespace {

using Values = NodeRunner::Values;

/// Two channels in, two classes out, 3 x 3 x 3 kernels: what a voxel becomes depends on its neighbours and on the axes' order.
std::string write_dense_network(const std::string& path, const std::string& description = "", const std::string& more = "") {
  const at::Tensor numbers = at::arange(2 * 2 * 27, at::kDouble);
  return write_model(path,
                     "def forward(self, x):\n    x = torch.conv3d(x, self.kernels, self.biases, [1, 1, 1], [1, 1, 1])\n" + more +
                         "    return x\n",
                     {{"kernels", (at::sin(numbers * 0.7) * 0.3).reshape({2, 2, 3, 3, 3}).to(at::kFloat)},
                      {"biases", at::tensor({0.1f, -0.2f})}},
                     description);
}

std::string write_forward(const TestFolder& folder, const std::string& body) {
  return write_model(folder.file("net.pt"), "def forward(self, x):\n" + body);
}

Volume channel(unsigned seed, std::int64_t x = 9, std::int64_t y = 7, std::int64_t z = 5) {
  return random_volume(small_grid(x, y, z), seed, "channel" + std::to_string(seed) + ".nii");
}

NodeRunner runner_of(const std::string& model, const std::vector<Volume>& volumes, Values more = {}, int threads = 1) {
  more.emplace_back("model", model);
  NodeRunner runner("cnn.volume", more, "cpu");
  runner.threads(threads);
  for (const Volume& volume : volumes) runner.input("volumes", volume);
  return runner;
}

Volume map_of(const std::string& model, const std::vector<Volume>& volumes, Values more = {}, int threads = 1) {
  NodeRunner runner = runner_of(model, volumes, std::move(more), threads);
  runner.run();
  return runner.output<Volume>("map");
}

std::string error_of(const std::string& model, const std::vector<Volume>& volumes, Values more = {}) {
  return runner_of(model, volumes, std::move(more)).error_of_run();
}

/// 1 x C x D x H x W.
at::Tensor tensor_of(const std::vector<Volume>& volumes) {
  std::vector<at::Tensor> channels;
  for (const Volume& volume : volumes) {
    const auto [x, y, z] = volume.geometry.size;
    channels.push_back(torch::tensor(volume.voxels).reshape({1, 1, z, y, x}));
  }
  return at::cat(channels, 1);
}

at::Tensor direct(const std::string& model, const at::Tensor& input) {
  const c10::InferenceMode no_gradients;
  torch::jit::Module module = torch::jit::load(model);
  module.eval();
  return module.forward({input}).toTensor();
}

double difference(const Volume& map, const at::Tensor& wanted) {
  const at::Tensor flat = wanted.contiguous().reshape({-1});
  REQUIRE(flat.numel() == static_cast<std::int64_t>(map.voxels.size()));
  return (torch::tensor(map.voxels) - flat).abs().max().item<double>();
}

const Values kFirst{{"output_class", std::int64_t{0}}};

}  // namespace

TEST_CASE("cnn.volume_labels: gives the class that scores highest, whole and in tiles, with the names that the model says") {
  const TestFolder folder;
  const std::string model = write_dense_network(folder.file("net.pt"), R"({"format": 1, "output": {"classes": ["none", "lesion"]}})");
  std::vector<Volume> volumes{channel(1), channel(2)};
  for (Volume& volume : volumes)
    for (float& value : volume.voxels) value = 4 * value - 2;  // such that either class wins somewhere
  const Volume first = map_of(model, volumes, {{"output_class", std::int64_t{0}}}), second = map_of(model, volumes);
  const auto labels_of = [&](Values more) {
    more.emplace_back("model", model);
    NodeRunner runner("cnn.volume_labels", more, "cpu");
    for (const Volume& volume : volumes) runner.input("volumes", volume);
    runner.run();
    return runner.output<Labels>("labels");
  };
  const Labels labels = labels_of({});
  std::int64_t of_second = 0;
  for (std::size_t i = 0; i < labels.voxels.size(); ++i) {
    CHECK(labels.voxels[i] == (second.voxels[i] > first.voxels[i] ? 1 : 0));
    of_second += labels.voxels[i];
  }
  CHECK(of_second > 0);
  CHECK(of_second < static_cast<std::int64_t>(labels.voxels.size()));
  CHECK(labels.names == std::map<std::int32_t, std::string>{{1, "lesion"}});
  CHECK(labels.facts.kind == "labels");
  CHECK(labels_of({{"tile", std::int64_t{6}}, {"overlap", std::int64_t{3}}, {"margin", std::int64_t{1}}}).voxels == labels.voxels);
}

TEST_CASE("cnn.volume: tiles without what lies beside their faces give the map of the whole image") {
  const TestFolder folder;
  const std::string model = write_dense_network(folder.file("net.pt"));
  const std::vector<Volume> volumes{channel(1, 17, 12, 9), channel(2, 17, 12, 9)};
  const Volume whole = map_of(model, volumes);
  const auto worst = [&](std::int64_t margin) {
    const Volume tiled =
        map_of(model, volumes, {{"tile", std::int64_t{6}}, {"overlap", std::int64_t{3}}, {"margin", margin}});
    float most = 0;
    for (std::size_t i = 0; i < whole.voxels.size(); ++i) most = std::max(most, std::abs(whole.voxels[i] - tiled.voxels[i]));
    return most;
  };
  CHECK(worst(1) < 1e-5f);
  CHECK(worst(0) > 1e-3f);
  CHECK(error_of(model, volumes, {{"tile", std::int64_t{6}}, {"overlap", std::int64_t{3}}, {"margin", std::int64_t{2}}}) ==
        "parameter 'margin' is 2 and 'overlap' is 3, so voxels between two tiles would count in neither; the overlap must be at least "
        "twice the margin");
}

TEST_CASE("volume: gives what the network gives for whole images, on their grid") {
  const TestFolder folder;
  const std::string model = write_dense_network(folder.file("net.pt"));
  std::vector<Volume> volumes{channel(1), channel(2)};
  volumes[0].facts.space = "MNI";
  volumes[0].facts.contrast = "FLAIR";
  const at::Tensor wanted = direct(model, tensor_of(volumes));
  NodeRunner runner = runner_of(model, volumes);
  runner.run();
  const Volume& map = runner.output<Volume>("map");
  CHECK(difference(map, wanted[0][1]) < 1e-6);
  CHECK(difference(map_of(model, volumes, kFirst), wanted[0][0]) < 1e-6);
  CHECK(map.geometry == volumes[0].geometry);
  CHECK(map.source == "channel1.nii");
  CHECK(map.facts.space == "MNI");
  CHECK(map.facts.contrast == "");
  CHECK(map.facts.kind == "");
  REQUIRE(runner.warnings().size() == 1);
  CHECK(contains(runner.warnings()[0], "so they are no probabilities"));
  CHECK(runner.reports().at("tiles") == 1);
}

TEST_CASE("volume: the mean of the maps of the images as they are and mirrored") {
  const TestFolder folder;
  const std::string model = write_dense_network(folder.file("net.pt"));
  const std::vector<Volume> volumes{channel(1, 12, 8, 6), channel(2, 12, 8, 6)};
  const at::Tensor input = tensor_of(volumes);
  const auto wanted = [&](const std::vector<std::vector<std::int64_t>>& ways) {
    at::Tensor sum = direct(model, input.clone());
    for (const auto& axes : ways) sum = sum + direct(model, input.flip(axes)).flip(axes);
    return sum / static_cast<double>(ways.size() + 1);
  };
  const auto mirrored = [&](const std::vector<std::string>& axes, Values more = {}) {
    more.emplace_back("mirror", axes);
    return map_of(model, volumes, more);
  };
  CHECK(difference(mirrored({"x"}), wanted({{4}})[0][1]) < 1e-6);
  CHECK(difference(mirrored({"x"}), wanted({})[0][1]) > 0.01);
  CHECK(difference(mirrored({"z", "y"}), wanted({{3}, {2}, {2, 3}})[0][1]) < 1e-6);
  CHECK(difference(mirrored({"x", "y", "z"}), wanted({{4}, {3}, {2}, {4, 3}, {4, 2}, {3, 2}, {4, 3, 2}})[0][1]) < 1e-6);
  CHECK(mirrored({"x", "x"}).voxels == mirrored({"x"}).voxels);
  const Values tiles{{"tile", std::int64_t{6}}, {"overlap", std::int64_t{2}}, {"margin", std::int64_t{1}}};
  CHECK(difference(mirrored({"x"}, tiles), wanted({{4}})[0][1]) < 1e-6);
  CHECK(contains(error_of(model, volumes, {{"mirror", std::vector<std::string>{"w"}}}),
                 "'mirror' has 'w', which is no axis; x, y and z"));
}

TEST_CASE("volume: a network that writes to its input gets the same images for each mirrored run") {
  const TestFolder folder;
  const std::string model = write_forward(folder, "    x = torch.add_(x, 1)\n    return torch.cumsum(x, 4)\n");
  const std::vector<Volume> volumes{channel(1)};
  const at::Tensor input = tensor_of(volumes), sums = at::cumsum(input + 1, 4),
                   other = at::cumsum(input.flip({4}) + 1, 4).flip({4});
  const Values values{{"output_class", std::int64_t{0}}, {"mirror", std::vector<std::string>{"x"}}};
  CHECK(difference(map_of(model, volumes, values), ((sums + other) / 2)[0][0]) < 1e-5);
}

TEST_CASE("volume: softmax over the classes, sigmoid of each, and then the map is a probability") {
  const TestFolder folder;
  const std::string model = write_dense_network(folder.file("net.pt"));
  const std::vector<Volume> volumes{channel(1), channel(2)};
  const at::Tensor wanted = direct(model, tensor_of(volumes));
  const Volume softmax = map_of(model, volumes, {{"activation", std::string("softmax")}});
  CHECK(difference(softmax, at::softmax(wanted, 1)[0][1]) < 1e-6);
  CHECK(softmax.facts.kind == kProbability);
  CHECK(difference(map_of(model, volumes, {{"activation", std::string("sigmoid")}}), at::sigmoid(wanted)[0][1]) < 1e-6);
}

TEST_CASE("volume: fills up to a multiple with zeros at the ends, and cuts it off again") {
  const TestFolder folder;
  const std::string model =
      write_dense_network(folder.file("net.pt"), "",
                          "    x = torch.avg_pool3d(x, [4, 4, 4], [4, 4, 4])\n"
                          "    x = torch.upsample_nearest3d(x, None, [4.0, 4.0, 4.0])\n");
  const std::vector<Volume> volumes{channel(1), channel(2)};  // 9 x 7 x 5, so 12 x 8 x 8
  const at::Tensor filled = at::constant_pad_nd(tensor_of(volumes), {0, 3, 0, 1, 0, 3}, 0);
  const at::Tensor wanted = direct(model, filled)[0][1].slice(0, 0, 5).slice(1, 0, 7).slice(2, 0, 9);
  CHECK(difference(map_of(model, volumes, {{"multiple", std::int64_t{4}}}), wanted) < 1e-6);
  CHECK(contains(error_of(model, volumes), "with the input's D, H and W"));
}

TEST_CASE("volume: tiles that overlap by enough give the whole image's map inside, and weights that add up to 1") {
  const TestFolder folder;
  const std::string model = write_dense_network(folder.file("net.pt"));
  const std::vector<Volume> volumes{channel(1, 20, 13, 9), channel(2, 20, 13, 9)};
  // The value itself, whatever the tile: blending must give it back.
  const std::string same = write_model(folder.file("same.pt"), "def forward(self, x):\n    return x * 1\n");
  for (const std::int64_t overlap : {0, 1, 3, 7}) {
    CAPTURE(overlap);
    const Values tiles{{"tile", std::int64_t{8}}, {"overlap", overlap}};
    CHECK(difference(map_of(same, volumes, tiles), tensor_of(volumes)[0][1]) < 1e-6);
    NodeRunner many = runner_of(same, volumes, tiles);
    many.run();
    const auto& said = many.warnings();
    const bool is_warned = std::any_of(said.begin(), said.end(), [](const std::string& one) {
      return contains(one, "'tile' is 8 and 'overlap' 7, so there are 156 tiles");
    });
    CHECK(is_warned == (overlap == 7));
  }
  // A tile's outermost voxels see zeros where the image goes on, so blended ones differ: at most by what these weigh.
  NodeRunner runner = runner_of(model, volumes, {{"tile", std::int64_t{8}}, {"overlap", std::int64_t{4}}});
  runner.run();
  CHECK(runner.reports().at("tiles") == 4 * 3 * 2);
  const double in_tiles = difference(runner.output<Volume>("map"), direct(model, tensor_of(volumes))[0][1]);
  CHECK(in_tiles > 1e-4);
  CHECK(in_tiles < 2);
  CHECK(runner.progress().back() == 1);
}

TEST_CASE("volume: the blend of tiles is the weighted mean of their maps, as computed directly") {
  const TestFolder folder;
  const std::string model = write_dense_network(folder.file("net.pt"));
  const std::vector<Volume> volumes{channel(1, 10, 3, 2), channel(2, 10, 3, 2)};
  const at::Tensor whole = tensor_of(volumes);
  // Tiles of 6 along x, overlap 2: 0..5 and 4..9; weights on 4 and 5: 2/3, 1/3 and 1/3, 2/3.
  const at::Tensor left = direct(model, whole.slice(4, 0, 6))[0][1], right = direct(model, whole.slice(4, 4, 10))[0][1];
  const at::Tensor wanted = at::cat({left.slice(2, 0, 4), (left.slice(2, 4, 5) * 2 + right.slice(2, 0, 1)) / 3,
                                     (left.slice(2, 5, 6) + right.slice(2, 1, 2) * 2) / 3, right.slice(2, 2, 6)},
                                    2);
  CHECK(difference(map_of(model, volumes, {{"tile", std::int64_t{6}}, {"overlap", std::int64_t{2}}}), wanted) < 1e-6);
}

TEST_CASE("volume: the same bits for any number of threads, whole and in tiles") {
  const TestFolder folder;
  // A sum over the whole tensor depends on LibTorch's threads.
  const std::string model = write_dense_network(folder.file("net.pt"), "", "    x = x - torch.mean(x)\n");
  const std::vector<Volume> volumes{channel(1, 50, 40, 30), channel(2, 50, 40, 30)};
  for (const std::int64_t tile : {0, 16}) {
    const Values values{{"tile", tile}, {"overlap", std::int64_t{5}}};
    const Volume one = map_of(model, volumes, values, 1);
    CHECK(one.voxels == map_of(model, volumes, values, 2).voxels);
    CHECK(one.voxels == map_of(model, volumes, values, 3).voxels);
    Values mirrored = values;
    mirrored.emplace_back("mirror", std::vector<std::string>{"x", "y"});
    CHECK(map_of(model, volumes, mirrored, 1).voxels == map_of(model, volumes, mirrored, 3).voxels);
  }
}

TEST_CASE("volume: a queue in the place of a GPU gives the same map") {
  const TestFolder folder;
  const std::string model = write_dense_network(folder.file("net.pt"));
  const std::vector<Volume> volumes{channel(1, 20, 13, 9), channel(2, 20, 13, 9)};
  NodeType type = cnn::volume_type();
  type.create = []() -> std::unique_ptr<Node> { return cnn::make_volume({c10::Device(c10::kCPU)}); };
  for (const std::int64_t tile : {0, 8}) {
    NodeRunner queued(type, {{"model", model}, {"tile", tile}, {"overlap", std::int64_t{4}}}, "cpu");
    queued.input("volumes", volumes[0]).input("volumes", volumes[1]);
    queued.run();
    CHECK(queued.output<Volume>("map").voxels ==
          map_of(model, volumes, {{"tile", tile}, {"overlap", std::int64_t{4}}}).voxels);
    CHECK(queued.reports().count("device_s") == 1);
  }
  NodeRunner failing(type, {{"model", model}}, "cpu");
  failing.input("volumes", volumes[0]);
  CHECK(contains(failing.error_of_run(), "its first convolution wants 2 channels"));
}

TEST_CASE("volume: channels, contrasts and sizes are checked against the model's description") {
  const TestFolder folder;
  const std::string model = write_dense_network(
      folder.file("net.pt"),
      R"({"format": 1, "input": {"channels": ["FLAIR", "T1"], "size": [9, 7, 5]}, "output": {"classes": ["not", "lesion"]}})");
  std::vector<Volume> volumes{channel(1), channel(2)};
  CHECK(error_of(model, volumes) == "");
  CHECK(contains(error_of(model, {volumes[0]}), "wants 2 channels (FLAIR, T1), but 1 volume is connected"));
  volumes[0].facts.contrast = "T1w";
  CHECK(contains(error_of(model, volumes), "takes FLAIR as channel 1, but the image there is T1w"));
  volumes[0].facts.contrast = "FLAIR";
  CHECK(error_of(model, volumes) == "");
  CHECK(contains(error_of(model, {channel(1, 9, 7, 6), channel(2, 9, 7, 6)}),
                 "wants images of 9 x 7 x 5 voxels, but gets 9 x 7 x 6 voxels; bring the images to that size"));
  CHECK(contains(error_of(model, volumes, {{"output_class", std::int64_t{2}}}), "has 2 classes, numbered from 0"));
}

TEST_CASE("volume: images and parameters that do not fit are refused") {
  const TestFolder folder;
  const std::string model = write_dense_network(folder.file("net.pt"));
  CHECK(contains(error_of(model, {channel(1), channel(2, 9, 7, 6)}), "not on one grid"));
  CHECK(contains(error_of(model, {volume_of({}, small_grid(0, 2, 2), "empty.nii")}), "'empty.nii' has no voxels"));
  CHECK(contains(error_of(model, {channel(1)}),
                 "cannot take 1 channel of 9 x 7 x 5 voxels; its first convolution wants 2 channels"));
  CHECK(contains(error_of(model, {channel(1), channel(2)}, {{"tile", std::int64_t{6}}, {"multiple", std::int64_t{4}}}),
                 "no multiple of 'multiple'"));
  CHECK(contains(error_of(model, {channel(1), channel(2)}, {{"tile", std::int64_t{8}}, {"overlap", std::int64_t{8}}}),
                 "overlap by less than they are long"));
  CHECK_THROWS(NodeRunner("cnn.volume", Values{{"model", model}, {"multiple", std::int64_t{0}}}));
  CHECK_THROWS(NodeRunner("cnn.volume", Values{{"model", model}, {"tile", std::int64_t{-8}}}));
  // One voxel is an image too.
  CHECK(error_of(model, {channel(1, 1, 1, 1), channel(2, 1, 1, 1)}) == "");
}

TEST_CASE("volume: output that is no map of the image is refused") {
  const TestFolder folder;
  const std::vector<Volume> one{channel(1)};
  CHECK(contains(error_of(write_forward(folder, "    return torch.flatten(x, 1)\n"), one), "runs in cnn.stage"));
  CHECK(contains(error_of(write_forward(folder, "    return x[:, :, 1:]\n"), one), "1 x K x D x H x W floating-point values"));
  CHECK(contains(error_of(write_forward(folder, "    return x > 0\n"), one), "type Bool"));
  CHECK(contains(error_of(write_forward(folder, "    return x * 2\n"), one), "'output_class' is 1, but the network in"));
  CHECK(error_of(write_forward(folder, "    return x * 2\n"), one, kFirst) == "");
  CHECK(contains(error_of(write_forward(folder, "    return (x, x)\n"), one, kFirst), "one tensor"));
  CHECK(contains(error_of(write_forward(folder, "    return x / torch.zeros_like(x) * 0\n"), one, kFirst),
                 "gives NaN at voxel (0, 0, 0) of 'channel1.nii'"));
  const char* const raises = "    assert x.size(0) > 99, \"too dark\"\n    return x\n";
  CHECK(contains(error_of(write_forward(folder, raises), one, kFirst), "too dark"));
}

TEST_CASE("volume: a NaN in the image is refused with its place") {
  const TestFolder folder;
  Volume volume = channel(1);
  volume.voxels[static_cast<std::size_t>(volume.geometry.index_of(3, 2, 1))] = std::numeric_limits<float>::quiet_NaN();
  CHECK(contains(error_of(write_forward(folder, "    return x * 2\n"), {volume}, kFirst), "gives NaN at voxel (3, 2, 1)"));
}

TEST_CASE("volume: leaves the images as they are when the network writes to its input, and stops when cancelled") {
  const TestFolder folder;
  const std::string model = write_forward(folder, "    x.zero_()\n    return x\n");
  const auto image = std::make_shared<const Volume>(channel(1));
  const std::vector<float> before = image->voxels;
  NodeRunner runner("cnn.volume", {{"model", model}, {"output_class", std::int64_t{0}}}, "cpu");
  runner.input("volumes", PayloadPtr(image)).run();
  CHECK(image->voxels == before);
  NodeRunner cancelled = runner_of(model, {channel(1)}, kFirst);
  cancelled.cancel_after(0);
  cancelled.run();
  CHECK_THROWS(cancelled.output_ptr("map"));
}

}  // namespace flowrun::testing
