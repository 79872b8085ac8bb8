#include "common/network/network.h"

#include <doctest/doctest.h>

#include <string>

#include "common/network/forward_source.h"
#include "flowrun/sdk/error.h"

namespace flowrun::network {
namespace {

/// The method's network for four channels (method.md of the reference: 715,234 parameters).
const std::string kMethod = R"({"name": "method", "layers": [
  {"type": "convolution", "channels": 32, "kernel": [5, 5, 5], "padding": [2, 2, 2], "weight": "conv1_weight", "bias": "conv1_bias"},
  {"type": "relu"}, {"type": "pool", "kind": "average", "window": 2},
  {"type": "convolution", "channels": 64, "kernel": 5, "padding": "same"},
  {"type": "relu"}, {"type": "pool", "kind": "max", "window": 2},
  {"type": "flatten"}, {"type": "dropout", "rate": 0.5}, {"type": "dense", "units": 256}, {"type": "relu"},
  {"type": "dense", "units": 2}, {"type": "softmax"}]})";

/// Three branches on the middle of one patch, as Moeskops et al. 2016 have them, 2D and much smaller.
const std::string kBranches = R"({"name": "three scales", "branches": [
  {"name": "fine", "size": [9, 9], "layers": [{"type": "convolution", "channels": 4, "kernel": [3, 3]}, {"type": "flatten"}]},
  {"channels": [1], "layers": [{"type": "convolution", "channels": 2, "kernel": [5, 5], "stride": [2, 2], "bias": false},
                               {"type": "prelu"}, {"type": "batch_norm"}, {"type": "flatten"}]}],
  "layers": [{"type": "dense", "units": 3}, {"type": "softmax"}]})";

/// A U-Net of two levels, with both ways back to the size of the image, and a sum.
const std::string kUNet = R"({"name": "two levels", "layers": [
  {"type": "convolution", "channels": 4, "kernel": 3, "padding": 1}, {"type": "relu", "name": "fine"},
  {"type": "pool", "kind": "max", "window": 2}, {"type": "convolution", "channels": 6, "kernel": 3, "padding": 1, "name": "coarse"},
  {"type": "relu"}, {"type": "sum", "with": "coarse"},
  {"type": "transposed_convolution", "channels": 4, "kernel": 2, "stride": 2, "name": "up"},
  {"type": "join", "with": ["fine", "up"]}, {"type": "pool", "kind": "average", "window": [2, 2, 1]},
  {"type": "upsample", "factor": [2, 2, 1], "kind": "linear"}, {"type": "convolution", "channels": 2, "kernel": 1}, {"type": "softmax"}]})";

std::string error_of(const std::string& text) {
  try {
    parse_network(text, "the network in 'a.json'");
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

std::string shape_error_of(const std::string& layers, std::int64_t channels, const Size3& size) {
  try {
    infer_shapes(parse_network("{\"layers\": [" + layers + "]}", "net"), channels, size, "net");
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

std::string with_layer(const std::string& layer) { return error_of("{\"layers\": [{\"type\": \"relu\"}, " + layer + "]}"); }

TEST_CASE("network: the method's network is read with its numbers and names") {
  const Network network = parse_network(kMethod, "net");
  REQUIRE(network.is_chain());
  REQUIRE(network.chain().size() == 12);
  CHECK(network.name == "method");
  const Layer& first = network.chain()[0];
  CHECK(first.kind == LayerKind::convolution);
  CHECK(first.channels == 32);
  CHECK(first.padding == Size3{2, 2, 2});
  CHECK(first.weight == "conv1_weight");
  CHECK(network.chain()[2].pooling == Pooling::average);
  CHECK(network.chain()[2].stride == Size3{2, 2, 2});
  CHECK(network.chain()[3].weight == "3.weight");
  CHECK(network.chain()[3].bias == "3.bias");
  CHECK(network.chain()[3].padding == Size3{2, 2, 2});
  CHECK(network.chain()[5].pooling == Pooling::max);
  CHECK(network.chain()[7].rate == 0.5);
}

TEST_CASE("network: shapes and parameters of the method's network are those of its description") {
  const Network network = parse_network(kMethod, "net");
  const Shapes shapes = infer_shapes(network, 4, {15, 15, 15}, "net");
  CHECK(in_words(shapes.branches[0][0]) == "32 channels of 15 x 15 x 15 voxels");
  CHECK(in_words(shapes.branches[0][2]) == "32 channels of 7 x 7 x 7 voxels");
  CHECK(in_words(shapes.branches[0][6]) == "1728 values");
  CHECK(shapes.output == Shape{2, {1, 1, 1}, true});
  std::int64_t values = 0;
  for (const Parameter& parameter : parameters(network, shapes)) {
    std::int64_t count = 1;
    for (const std::int64_t axis : parameter.shape) count *= axis;
    values += count;
  }
  CHECK(values == 715234);
  CHECK(parameters(network, shapes)[0].shape == std::vector<std::int64_t>{32, 4, 5, 5, 5});
  CHECK(parameters(network, shapes)[4].shape == std::vector<std::int64_t>{256, 1728});
}

TEST_CASE("network: branches look at the middle or at some channels, and are joined") {
  const Network network = parse_network(kBranches, "net");
  CHECK_FALSE(network.is_chain());
  CHECK_THROWS_WITH(network.chain(), "the network 'three scales' has branches; a plain chain of layers is expected");
  const Shapes shapes = infer_shapes(network, 2, {13, 13, 1}, "net");
  CHECK(shapes.branch_inputs[0] == Shape{2, {9, 9, 1}, false});
  CHECK(shapes.branches[0][0] == Shape{4, {7, 7, 1}, false});
  CHECK(shapes.branch_inputs[1] == Shape{1, {13, 13, 1}, false});
  CHECK(shapes.branches[1][0] == Shape{2, {5, 5, 1}, false});
  CHECK(shapes.joined.channels == 4 * 49 + 2 * 25);
  CHECK(shapes.output.channels == 3);
  const auto all = parameters(network, shapes);
  REQUIRE(all.size() == 10);  // 2 of the first, 1 + 1 + 4 of the second branch, 2 of the dense layer behind
  CHECK(all[2].name == "branches.1.0.weight");
  CHECK(all[3].name == "branches.1.1.weight");
  CHECK(all[6].name == "branches.1.2.running_mean");
  CHECK(all[6].is_buffer());
  CHECK(all[8].name == "trunk.0.weight");
}

/// Two views of one voxel, in two planes.
const std::string kViews = R"({"name": "two planes", "views": [
  {"name": "axial", "size": [7, 7], "layers": [{"type": "convolution", "channels": 4, "kernel": [3, 3]}, {"type": "flatten"}]},
  {"size": [1, 5, 9], "channels": [1, 0], "layers": [{"type": "convolution", "channels": 2, "kernel": [1, 3, 3]}, {"type": "flatten"}]}],
  "layers": [{"type": "dense", "units": 3}, {"type": "softmax"}]})";

TEST_CASE("network: views are patches of their own, whatever size is asked about") {
  const Network network = parse_network(kViews, "net");
  CHECK(network.has_views);
  CHECK(network.views() == std::vector<Size3>{{7, 7, 1}, {1, 5, 9}});
  CHECK(in_words(network.views()) == "7 x 7 x 1 and 1 x 5 x 9 voxels");
  CHECK(parse_network(to_text(network), "net") == network);
  const Shapes shapes = infer_shapes(network, 2, {0, 0, 0}, "net");
  CHECK(shapes.input == Shape{2 * (49 + 45), {1, 1, 1}, true});
  CHECK(shapes.branch_inputs[1] == Shape{2, {1, 5, 9}, false});
  CHECK(shapes.branches[1][0] == Shape{2, {1, 3, 7}, false});
  CHECK(shapes.output == Shape{3, {1, 1, 1}, true});
  CHECK(parameters(network, shapes)[0].name == "branches.0.0.weight");
  const std::string source = forward_source(network);
  CHECK(source.find("channels = row.size(1) // 94") != std::string::npos);
  CHECK(source.find("torch.reshape(torch.narrow(row, 1, channels * 49, channels * 45), [-1, channels, 9, 5, 1])") !=
        std::string::npos);
}

TEST_CASE("network: views that lack their size or stand alone are refused") {
  const auto error = [](const std::string& inside) { return error_of("{" + inside + "}"); };
  const std::string one = R"({"size": 3, "layers": [{"type": "flatten"}]})";
  CHECK(error("\"views\": [" + one + "]") ==
        "the network in 'a.json' has one view; a network on one patch has 'layers' and no 'views'");
  CHECK(error("\"views\": [" + one + R"(, {"layers": []}])") == "the network in 'a.json', view 2 has no 'size'");
  CHECK(error("\"views\": [" + one + ", " + one + "], \"branches\": [" + one + "]") ==
        "the network in 'a.json' has both 'branches' and 'views'; branches look at one patch, views have one each");
}

TEST_CASE("network: what is written is read as the same network") {
  for (const std::string& text : {kMethod, kBranches, kUNet}) {
    const Network network = parse_network(text, "net");
    CHECK(parse_network(to_text(network), "written") == network);
  }
}

TEST_CASE("network: a wrong description is refused with the layer and what was expected") {
  CHECK(error_of("{").find("the network in 'a.json' is not JSON: parse error at line 1, column 2: ") == 0);
  CHECK(error_of("[]") == "the network in 'a.json' is array where an object is expected");
  CHECK(error_of("{}") == "the network in 'a.json' has no 'layers'");
  CHECK(error_of(R"({"layers": [], "layers": []})") == "the network in 'a.json' has the key 'layers' twice in one object");
  CHECK(error_of(R"({"layers": [], "depth": 3})") ==
        "the network in 'a.json' has a key 'depth'; known are 'name', 'branches', 'views', 'layers'");
  CHECK(error_of(R"({"layers": [], "x-note": "left alone"})") == "");
  CHECK(error_of("{\"x-deep\": " + std::string(100000, '[')).find("nested too deeply") != std::string::npos);
  const std::string second = "the network in 'a.json', layer 2 ";
  CHECK(with_layer(R"({"kind": "max"})") == second + "has no 'type'");
  CHECK(with_layer(R"({"type": "conv"})") ==
        second +
            "has the type \"conv\", which is unknown; known are convolution, transposed_convolution, upsample, join, sum, batch_norm, "
            "relu, prelu, leaky_relu, pool, dropout, flatten, dense, softmax");
  CHECK(with_layer(R"({"type": "convolution", "channels": 0, "kernel": 3})") ==
        second + "(convolution) has 'channels' 0 where a whole number from 1 to 1048576 is expected");
  CHECK(with_layer(R"({"type": "convolution", "channels": 8, "kernel": [3]})") ==
        second + "(convolution) has 'kernel' with 1 numbers; give one for all axes, three along x, y, z, or two for a flat one");
  CHECK(with_layer(R"({"type": "convolution", "channels": 8, "kernel": 4, "padding": "same"})") ==
        second + "(convolution) has padding \"same\", which an even kernel cannot have; give the numbers of voxels");
  CHECK(with_layer(R"({"type": "pool", "kind": "mean", "window": 2})") ==
        second + "(pool) has 'kind' \"mean\"; choose average or max");
  CHECK(with_layer(R"({"type": "dropout", "rate": 1.0})") ==
        second + "(dropout) has 'rate' 1.0 where a number from 0.0 to less than 1.0 is expected");
  CHECK(with_layer(R"({"type": "dense", "units": 2, "weight": "a..b"})") ==
        second + "(dense) has 'weight' \"a..b\", which no parameter can be named; letters, digits, _ and dots between");
  CHECK(error_of(R"({"layers": [{"type": "dense", "units": 2, "weight": "w", "bias": "w"}]})") ==
        "the network in 'a.json' names the parameter 'w' twice; each layer has parameters of its own");
  CHECK(error_of(R"({"branches": [{"layers": []}, {"name": "b", "layers": [{"type": "relu", "rate": 1}]}]})") ==
        "the network in 'a.json', branch 'b', layer 1 (relu) has a key 'rate'; known are 'type', 'name'");
}

TEST_CASE("network: a layer that cannot take what comes is named with the shapes") {
  CHECK(shape_error_of(R"({"type": "relu"}, {"type": "dense", "units": 2})", 1, {3, 3, 3}) ==
        "net, layer 2 (dense), gets 1 channel of 3 x 3 x 3 voxels: it needs values in a row; put a flatten before it");
  CHECK(shape_error_of(R"({"type": "pool", "kind": "max", "window": 4})", 2, {3, 5, 5}) ==
        "net, layer 1 (max pool), gets 2 channels of 3 x 5 x 5 voxels: a window of 4 x 4 x 4 is larger than that");
  CHECK(shape_error_of(R"({"type": "convolution", "channels": 1, "kernel": 9, "padding": 1})", 2, {5, 5, 5}) ==
        "net, layer 1 (convolution), gets 2 channels of 5 x 5 x 5 voxels: a kernel of 9 x 9 x 9 with a padding of 1 x 1 x 1 is "
        "larger than that");
  CHECK(shape_error_of(R"({"type": "flatten"}, {"type": "convolution", "channels": 1, "kernel": 1})", 2, {1, 1, 1}) ==
        "net, layer 2 (convolution), gets 2 values: it needs channels of an image, which are no more after a flatten");
  CHECK(shape_error_of(R"({"type": "convolution", "channels": 1048576, "kernel": 1}, {"type": "flatten"})", 1, {4000, 4000, 4000})
            .find("is beyond what flowrun computes") != std::string::npos);
}

TEST_CASE("network: branches that cannot be cut or joined are named") {
  const auto error = [](const std::string& branches, std::int64_t channels, const Size3& size) -> std::string {
    try {
      infer_shapes(parse_network("{\"branches\": [" + branches + "]}", "net"), channels, size, "net");
    } catch (const Error& fault) {
      return fault.what();
    }
    return "";
  };
  CHECK(error(R"({"channels": [2], "layers": []})", 2, {3, 3, 3}) ==
        "net, branch 1, takes channel 2, but the input has 2 channels of 3 x 3 x 3 voxels, the channels numbered from 0");
  CHECK(error(R"({"name": "near", "size": 4, "layers": []})", 1, {7, 7, 7})
            .find("net, branch 'near', looks at the middle 4 x 4 x 4 voxels") == 0);
  CHECK(error(R"({"layers": [{"type": "flatten"}]}, {"layers": []})", 1, {3, 3, 3}) ==
        "net: the branches cannot be joined along their channels: the first gives 27 values, number 2 gives 1 channel of 3 x 3 x "
        "3 voxels");
}

TEST_CASE("network: prelu has a slope per channel, per value in a row, or per channel and position") {
  const Network network = parse_network(R"({"layers": [
      {"type": "prelu", "weight": "a"}, {"type": "prelu", "per": "position", "weight": "b"}, {"type": "flatten"},
      {"type": "prelu", "weight": "c"}, {"type": "prelu", "per": "channel", "weight": "d"},
      {"type": "prelu", "per": "position", "weight": "e"}]})",
                                        "net");
  CHECK(network.chain()[1].per_position);
  CHECK_FALSE(network.chain()[4].per_position);
  const std::vector<Parameter> found = parameters(network, infer_shapes(network, 2, {3, 4, 5}, "net"));
  REQUIRE(found.size() == 5);
  CHECK(found[0].shape == std::vector<std::int64_t>{2});
  CHECK(found[1].shape == std::vector<std::int64_t>{2, 5, 4, 3});
  CHECK(found[2].shape == std::vector<std::int64_t>{120});
  CHECK(found[3].shape == std::vector<std::int64_t>{120});
  CHECK(found[4].shape == std::vector<std::int64_t>{120});
  CHECK(parse_network(to_text(network), "net") == network);
  CHECK(with_layer(R"({"type": "prelu", "per": "voxel"})") ==
        "the network in 'a.json', layer 2 (prelu) has 'per' \"voxel\"; choose channel or position");
}

TEST_CASE("network: forward's source computes a slope per position by factors of both halves") {
  const std::string source =
      forward_source(parse_network(R"({"layers": [{"type": "prelu", "per": "position", "weight": "s"}, {"type": "prelu"}]})", "net"));
  CHECK(source.find("torch.addcmul(torch.clamp_min(x, 0), getattr(self, \"s\"), torch.clamp_max(x, 0))") != std::string::npos);
  CHECK(source.find("torch.prelu(x, ") != std::string::npos);
}

TEST_CASE("network: layers join and add what earlier layers gave, and bring an image back to its size") {
  const Network network = parse_network(kUNet, "net");
  const Shapes shapes = infer_shapes(network, 2, {8, 6, 4}, "net");
  const auto& behind = shapes.branches[0];
  CHECK(behind[3] == Shape{6, {4, 3, 2}, false});
  CHECK(behind[5] == Shape{6, {4, 3, 2}, false});
  CHECK(behind[6] == Shape{4, {8, 6, 4}, false});
  CHECK(behind[7] == Shape{12, {8, 6, 4}, false});
  CHECK(behind[8] == Shape{12, {4, 3, 4}, false});
  CHECK(behind[9] == Shape{12, {8, 6, 4}, false});
  CHECK(shapes.output == Shape{2, {8, 6, 4}, false});
  const auto all = parameters(network, shapes);
  CHECK(all[4].name == "6.weight");
  CHECK(all[4].shape == std::vector<std::int64_t>{6, 4, 2, 2, 2});  // in x out
  const std::string source = forward_source(network);
  CHECK(source.find("branch0_fine = x") != std::string::npos);
  CHECK(source.find("torch.cat([x, branch0_fine, branch0_up], 1)") != std::string::npos);
  CHECK(source.find("x + branch0_coarse") != std::string::npos);
}

TEST_CASE("network: Brosch's encoder is back at its size by transposed convolutions without padding") {
  const Network network = parse_network(R"({"layers": [
    {"type": "convolution", "channels": 8, "kernel": 9, "name": "first"}, {"type": "pool", "kind": "average", "window": 2},
    {"type": "convolution", "channels": 8, "kernel": [9, 9, 10]}, {"type": "transposed_convolution", "channels": 8, "kernel": [9, 9, 10]},
    {"type": "upsample", "factor": 2}, {"type": "sum", "with": "first"},
    {"type": "transposed_convolution", "channels": 2, "kernel": 9}]})", "net");
  CHECK(infer_shapes(network, 3, {40, 48, 44}, "net").output == Shape{2, {40, 48, 44}, false});
}

TEST_CASE("network: names of layers that are unknown, taken or of another shape are refused") {
  const std::string second = "the network in 'a.json', layer 2 ";
  CHECK(with_layer(R"({"type": "join", "with": "deep"})") ==
        second + "(join), uses the layer 'deep', but no layer before it in the list has this \"name\"");
  CHECK(with_layer(R"({"type": "join", "with": []})") == second + "(join) has an empty 'with'; name at least one earlier layer");
  CHECK(with_layer(R"({"type": "sum", "with": 3})") == second + "(sum) has 'with' 3 where names are expected");
  CHECK(with_layer(R"({"type": "sum"})") == second + "(sum) has no 'with'");
  CHECK(with_layer(R"({"type": "relu", "name": "x = 1"})") ==
        second + "(relu) has 'name' \"x = 1\"; letters, digits and _ are expected");
  CHECK(with_layer(R"({"type": "relu", "name": "a"}, {"type": "relu", "name": "a"})") ==
        "the network in 'a.json', layer 3 (relu) has the name 'a', which a layer before it has");
  CHECK(with_layer(R"({"type": "upsample", "factor": 2, "kind": "cubic"})") ==
        second + "(upsample) has 'kind' \"cubic\"; choose nearest or linear");
  const std::string pooled = R"({"type": "relu", "name": "a"}, {"type": "pool", "kind": "max", "window": 2}, )";
  CHECK(shape_error_of(pooled + R"({"type": "join", "with": "a"})", 2, {4, 4, 4}) ==
        "net, layer 3 (join), gets 2 channels of 2 x 2 x 2 voxels: it cannot be joined with 'a', which is 2 channels of 4 x 4 x 4 "
        "voxels; the sizes must be equal");
  CHECK(shape_error_of(pooled + R"({"type": "sum", "with": "a"})", 2, {4, 4, 4}) ==
        "net, layer 3 (sum), gets 2 channels of 2 x 2 x 2 voxels: it cannot be added to 'a', which is 2 channels of 4 x 4 x 4 "
        "voxels; channels and sizes must be equal");
  CHECK(shape_error_of(R"({"type": "transposed_convolution", "channels": 1, "kernel": 1, "padding": 2})", 1, {3, 3, 3}) ==
        "net, layer 1 (transposed_convolution), gets 1 channel of 3 x 3 x 3 voxels: a padding of 2 x 2 x 2 would leave nothing of it");
  CHECK(shape_error_of(R"({"type": "upsample", "factor": 4096}, {"type": "upsample", "factor": 4096})", 1, {9, 9, 9})
            .find("is beyond what flowrun computes") != std::string::npos);
}

}  // namespace
}  // namespace flowrun::network
