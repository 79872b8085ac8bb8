// Models that do not work here, each with its real reason and what to do.
#include <doctest/doctest.h>

#include <filesystem>

#include "archives.h"
#include "cnn/cards.h"
#include "cnn/patch_job.h"
#include "common/torch/model.h"
#include "flowrun/sdk/error.h"
#include "flowrun/testing/node_runner.h"
#include "test_folder.h"
#include "tiny_models.h"

namespace flowrun::testing {
namespace {

using namespace std::string_literals;

std::string load_error(const std::string& path) {
  try {
    tensor::load_model(path, c10::Device(c10::kCPU));
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

NodeRunner stage(const std::string& model, const PatchBatch& patches) {
  NodeRunner runner("cnn.stage", {{"model", model}}, "cpu");
  runner.input("patches", patches);
  return runner;
}

std::string run_error(const std::string& model, const PatchBatch& patches) { return stage(model, patches).error_of_run(); }

std::string forward(const std::string& lines) { return "def forward(self, x):\n" + lines; }

/// The same, handed to a device's queue in batches, with the CPU in the device's place.
std::string queue_error(const std::string& model, const PatchBatch& patches) {
  const c10::Device cpu(c10::kCPU);
  cnn::Card card(cpu);
  Params params;
  params.set("activation", std::string("none"));
  params.set("batch", std::int64_t{2});
  params.set("output_class", std::int64_t{-1});
  params.set("axes", std::string("trained"));
  params.set("spacing", std::string("trained"));
  const cnn::PatchRunner runner(params, model, cpu, {});
  try {
    card.queue.run(std::make_shared<cnn::PatchJob>(runner, patches, card.streams));
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST_CASE("failing model: one that was traced on a GPU says so, and how it is made again") {
  const TestFolder folder;
  const std::string model = write_model(folder.file("gpu.pt"), forward("    y = torch.arange(2, device=torch.device(\"cuda:0\"))\n    return torch.flatten(x, 1)[:, 0:2] + y\n"));
  const std::string found = run_error(model, made_up_patches(3, 2, 5));
  CHECK(contains(found, "was traced on 'cuda:0', which is fixed in its code, so it cannot run on 'cpu'"));
  CHECK(contains(found, "torch.jit.script(network.eval().cpu())"));
}

TEST_CASE("failing model: scores on the device 'meta' have no values and are refused") {
  const TestFolder folder;
  const std::string meta = write_model(folder.file("meta.pt"), forward("    return torch.zeros([torch.size(x, 0), 2], device=torch.device(\"meta\"))\n"));
  for (const auto& error : {run_error, queue_error}) {
    const std::string found = error(meta, made_up_patches(3, 2, 5));
    CHECK_MESSAGE(contains(found, "meta"), found);
    CHECK_MESSAGE(!contains(found, "LibTorch says"), found);
  }
}

TEST_CASE("failing model: one with a fixed batch is run in batches of that size, with the same scores for each patch") {
  const TestFolder folder;
  const std::string free = write_model(folder.file("free.pt"), forward("    return torch.flatten(x, 1)[:, 0:2] * 2\n"));
  const std::string fixed = write_model(folder.file("fixed.pt"), forward("    y = torch.view(x, [4, -1])\n    return torch.reshape(y, [4, 250])[:, 0:2] * 2\n"));
  for (const std::int64_t count : {1, 3, 4, 7, 40}) {
    const PatchBatch patches = made_up_patches(count, 2, 5);
    NodeRunner runner = stage(fixed, patches), other = stage(free, patches);
    runner.run();
    other.run();
    CHECK(runner.output<Scores>("scores").values == other.output<Scores>("scores").values);
  }
}

TEST_CASE("failing model: the size of patches that it was made for is found and named") {
  const TestFolder folder;
  const std::string model = write_model(folder.file("size.pt"), forward("    return torch.linear(torch.flatten(x, 1), self.w)\n"), {{"w", at::zeros({2, 2 * 343})}});
  CHECK(contains(run_error(model, made_up_patches(3, 2, 5)), "cannot take patches of 2 channels and 5 x 5 x 5 voxels; it takes patches of 7 x 7 x 7 voxels; LibTorch says: "));
}

TEST_CASE("failing model: a failure within or after a call of the network's own methods is a sentence, not a crash") {
  const TestFolder folder;
  const NamedTensors weights{{"w", at::zeros({2, 2 * 343})}};
  const std::string features = "def features(self, x):\n    return torch.flatten(torch.relu(x), 1)\n";
  const std::string scores = "def scores(self, x):\n    return torch.linear(self.features(x), self.w)\n";
  const std::string after = forward("    return torch.linear(self.features(x), self.w)\n"), within = forward("    return torch.relu(self.scores(x))\n");
  const std::string twice = forward("    return torch.linear(self.features(self.features(x)), self.w)\n");
  int number = 0;
  for (const std::string& code : {features + after, features + scores + within, features + twice}) {
    const std::string model = write_model(folder.file(std::to_string(number++) + ".pt"), code, weights);
    for (const auto& error : {run_error, queue_error}) {
      const std::string found = error(model, made_up_patches(3, 2, 5));
      CHECK_MESSAGE(contains(found, "cannot take patches of 2 channels and 5 x 5 x 5 voxels; it takes patches of 7 x 7 x 7 voxels; LibTorch says: "), found);
    }
  }
}

TEST_CASE("failing model: what the network itself raises is its message, and does not blame the patches") {
  const TestFolder folder;
  const auto check = [](const std::string& model, const std::string& end) {
    for (const auto& error : {run_error, queue_error}) {
      const std::string found = error(model, made_up_patches(3, 2, 5));
      CHECK_MESSAGE(found.ends_with("the network in '" + model + "' stops with: " + end), found);
      CHECK_MESSAGE(!contains(found, "cannot take patches"), found);
    }
  };
  const auto raised = [](const std::string& call) { return network_code("    if bool(torch.lt(torch.size(x, 0), 99)):\n      " + call + "\n    else:\n      pass\n    return torch.flatten(x, 1)\n"); };
  check(write_model(folder.file("assert.pt"), forward("    assert x.size(0) > 99, \"boom\"\n    return torch.flatten(x, 1)\n")), "AssertionError: boom");
  check(write_code(folder.file("plain.pt"), raised("ops.prim.RaiseException(\"boom\")")), "boom");
  check(write_code(folder.file("class.pt"), raised("ops.prim.RaiseException(\"boom\", \"builtins.ValueError\")")), "boom");
  check(write_code(folder.file("memory.pt"), raised("ops.prim.RaiseException(\"out of memory\", \"builtins.RuntimeError\")")), "out of memory");
  check(write_model(folder.file("method.pt"), "def check(self, x):\n    assert x.size(0) > 99, \"boom\"\n    return x\n" + forward("    return torch.flatten(self.check(x), 1)\n")), "AssertionError: boom");
}

TEST_CASE("failing model: channels are given as the reason only where they differ") {
  const TestFolder folder;
  const std::string model = write_small_network(folder.file("net.pt"));
  CHECK(contains(run_error(model, made_up_patches(2, 3, 5)), "its first convolution wants 4 channels"));
  CHECK(!contains(run_error(model, made_up_patches(2, 4, 9)), "first convolution"));
}

TEST_CASE("failing model: an operator that this LibTorch lacks is named, with LibTorch's version") {
  const TestFolder folder;
  const auto error = [&](const std::string& call) { return load_error(write_code(folder.file("op.pt"), network_code("    return " + call + "\n"))); };
  const std::string version = "which is unknown to this LibTorch (" + std::string(TORCH_VERSION) + ")";
  CHECK(contains(error("torch.rell2(x)"), "it uses the operator 'aten::rell2' (code/__torch__.py line 7), " + version));
  CHECK(contains(error("ops.torchvision.nms(x, x, 0.5)"), "'torchvision::nms'"));
  CHECK(contains(error("(x).rell2()"), "rell2"));
  CHECK(contains(error("torch.relu(x, 1, 2, 3)"), "cannot compile its code: "));
}

TEST_CASE("failing model: a file of a newer version names both versions") {
  const TestFolder folder;
  const std::string path = folder.file("newer.pt");
  {
    caffe2::serialize::PyTorchStreamWriter writer(path);
    writer.setMinVersion(99);
    writer.writeRecord("data.pkl", "x", 1);
    writer.writeRecord("constants.pkl", "x", 1);
    writer.writeEndOfFile();
  }
  CHECK(contains(load_error(path), "it is a file of version 99, but this LibTorch (" + std::string(TORCH_VERSION) + ") reads versions up to "));
}

TEST_CASE("failing model: quantised layers run where LibTorch has an engine for them") {
  const TestFolder folder;
  const std::string model = write_code(folder.file("quantised.pt"), network_code("    w = torch.quantize_per_tensor(torch.ones([2, 250]), 0.1, 0, 12)\n"
                                                                                 "    packed = ops.quantized.linear_prepack(w, None)\n"
                                                                                 "    return ops.quantized.linear_dynamic(torch.flatten(x, 1), packed)\n"));
  const std::string found = run_error(model, made_up_patches(3, 2, 5));
  CHECK_MESSAGE((found.empty() || contains(found, "no engine for quantised networks")), found);
}

TEST_CASE("failing model: an output that is no tensor says how to wrap the network") {
  const TestFolder folder;
  for (const std::string result : {"(x, x)", "[x, x]", "{\"out\": x}"}) {
    const std::string file = folder.file(std::to_string(folder.entries()) + ".pt");
    const std::string found = run_error(write_model(file, forward("    return " + result + "\n")), made_up_patches(3, 2, 5));
    CHECK_MESSAGE(contains(found, "where one tensor of scores is expected; wrap it in a module"), found);
  }
}

TEST_CASE("failing model: files of other kinds are named for what they are") {
  const TestFolder folder;
  const auto error = [&](const std::string& bytes, const std::string& name = "model.pt") { return load_error(folder.write(name, bytes)); };
  CHECK(contains(error("\x40\0\0\0\0\0\0\0{\"weight\":{}}"s), "is a safetensors file: weights without their network, not a TorchScript model; in Python"));
  CHECK(contains(error("\x08\x07\x12\x07pytorch\x1a\x05" "1.13\x00"s), "is an ONNX model, not a TorchScript model"));
  CHECK(contains(error("\x08\x07\x3a\x10"s, "net.onnx"), "is an ONNX model"));
  CHECK(contains(error("\x89HDF\r\n\x1a\n\0\0"s), "is an HDF5 file (weights of Keras, say)"));
  CHECK(contains(error("version https://git-lfs.github.com/spec/v1\noid sha256:1\n"), "is a pointer of Git LFS"));
  CHECK(contains(error("<!DOCTYPE html><html>"), "is a web page"));
  CHECK(contains(error("\x1f\x8b\x08\0"s), "is compressed by gzip"));
  CHECK(contains(error("\x1c\0\0\0TFL3...."s), "is a TensorFlow Lite model"));
  CHECK(contains(error("\x18\0\0\0PTMF...."s), "is a model for mobile devices"));
  const auto zip = [&](const Records& records) { return load_error(write_records(folder.file("zip.pt"), records)); };
  CHECK(contains(zip({{"archive_format", "pt2"}, {"models/model.json", "{}"}}), "is a program of torch.export (.pt2)"));
  CHECK(contains(zip({{"config.json", "{}"}, {"metadata.json", "{}"}, {"model.weights.h5", "x"}}), "is a model of Keras"));
  CHECK(contains(zip({{"data.pkl", "\x80\x02" "ccollections\nOrderedDict\n."}}), "is a state dict saved by torch.save"));
  CHECK(contains(zip({{"data.pkl", "\x80\x02" "c__main__\nNetwork\n" + std::string(300, 'x')}}), "is an object saved by torch.save"));
}

TEST_CASE("failing model: a model with files of its maker beside it is loaded") {
  const TestFolder folder;
  CHECK(load_error(write_code(folder.file("bundle.pt"), network_code("    return torch.flatten(x, 1)\n"), {{"extra/metadata.json", "{}"}, {"extra/inference.json", "{}"}})) == "");
}

TEST_CASE("failing model: the models of the repository are loaded") {
  int models = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(std::filesystem::path(FLOWRUN_SOURCE_DIR) / "graphs" / "models")) {
    if (entry.path().extension() != ".pt") continue;
    CHECK(load_error(entry.path()) == "");
    ++models;
  }
  CHECK(models >= 4);
}

}  // namespace
}  // namespace flowrun::testing
