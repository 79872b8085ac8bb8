// Networks whose scores depend on more than the patch: on uninitialised memory, on what ran before, on the other patches of the batch.
#include <doctest/doctest.h>

#include <string>

#include "archives.h"
#include "common/torch/inference.h"
#include "common/torch/model.h"
#include "flowrun/sdk/error.h"
#include "flowrun/testing/node_runner.h"
#include "test_folder.h"
#include "tiny_models.h"

namespace flowrun::testing {
namespace {

const c10::Device kCpu(c10::kCPU);

template <class Call>
std::string error_of(Call&& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

std::string load_error(const std::string& path) {
  return error_of([&] { tensor::load_model(path, kCpu); });
}

/// Of a network with a buffer `n`, a list `l` and a table of tensors `ws`, whose forward has these lines before its end.
std::string write_stateful(const std::string& path, const std::string& lines, const std::string& result = "x.flatten(1)") {
  torch::jit::Module module("Stateful");
  module.register_attribute("training", c10::BoolType::get(), true);
  module.register_buffer("n", at::zeros({2, 2}));
  module.register_parameter("w", at::ones({2, 2}), false);
  module.register_attribute("l", c10::ListType::ofInts(), c10::List<std::int64_t>({1}));
  module.register_attribute("ws", c10::ListType::ofTensors(), c10::List<at::Tensor>({at::ones({2})}));
  module.define("def forward(self, x):\n" + lines + "    return " + result + "\n");
  module.save(path);
  return path;
}

std::string run_error(const std::string& path, int times) {
  return error_of([&] {
    const auto model = tensor::load_model(path, kCpu);
    const tensor::InferenceScope scope(1);
    for (int i = 0; i < times; ++i) model->forward(at::ones({3, 1, 2, 2, 2}));
  });
}

std::string stage_error(const std::string& model, std::int64_t batch, const PatchBatch& patches) {
  NodeRunner runner("cnn.stage", {{"model", model}, {"batch", batch}, {"output_class", std::int64_t{0}}}, "cpu");
  runner.input("patches", patches);
  return runner.error_of_run();
}

TEST_CASE("unsteady model: operators that give uninitialised memory are refused by name") {
  const TestFolder folder;
  for (const std::string call : {"torch.empty([2, 2])", "torch.empty_like(x)", "torch.new_empty(x, [2])", "torch.empty_strided([2], [1])",
                                 "torch.new_empty_strided(x, [2], [1])", "torch.resize_(x, [9999])", "torch.resize_as_(x, x)", "ops.aten.empty([2, 2])"}) {
    const std::string found = load_error(write_code(folder.file("empty.pt"), network_code("    y = " + call + "\n    return torch.flatten(x, 1)\n")));
    CHECK_MESSAGE(contains(found, "which gives uninitialised memory, so that results would be left to chance"), call, ": ", found);
  }
}

TEST_CASE("unsteady model: dropout within recurrent layers and random slopes that are always on are refused") {
  const TestFolder folder;
  const auto error = [&](const std::string& line) {
    return load_error(write_code(folder.file("random.pt"), network_code("    return " + line + "\n")));
  };
  const std::string recurrent = "(torch.gru(torch.flatten(x, 2), torch.zeros([1, 1, 2]), [x, x, x, x], True, 1, ";
  CHECK(contains(error(recurrent + "0.5, True, False, True))[0]"), "a dropout that is always on"));
  CHECK(error(recurrent + "0.5, False, False, True))[0]") == "");
  CHECK(error(recurrent + "0., True, False, True))[0]") == "");
  CHECK(contains(error("torch.rrelu(x, 0.1, 0.3, True)"), "a dropout that is always on"));
  CHECK(error("torch.rrelu(x, 0.1, 0.3, False)") == "");
}

TEST_CASE("unsteady model: one that surely changes its own state is refused before it runs, by the attribute's name") {
  const TestFolder folder;
  const std::string file = folder.file("state.pt");
  const auto refused = [&](const std::string& lines, const std::string& what) {
    const std::string found = load_error(write_stateful(file, lines));
    CHECK_MESSAGE(contains(found, "the network in '" + file + "' changes its '" + what + "' while it runs"), lines, found);
  };
  refused("    self.n += 1\n", "n");
  refused("    self.n = self.n + 1\n", "n");
  refused("    self.n.add_(1)\n", "n");
  CHECK(contains(load_error(file), "line"));
  refused("    self.n[0, 1] = 5\n", "n");
  refused("    self.n.data.mul_(2)\n", "n");
  refused("    self.w.detach().t().select(0, 1).copy_(x[0, 0, 0, 0])\n", "w");
  refused("    self.w.view(-1).zero_().add_(1)\n", "w");
  refused("    self.l.append(2)\n", "l");
  refused("    self.l[0] = 7\n", "l");
  refused("    self.l.pop()\n", "l");
  refused("    self.ws[0].add_(1)\n", "ws");
  refused("    a, b = torch.chunk(self.n, 2)\n    b.add_(1)\n", "n");
  refused("    torch.add(self.w, 1, out=self.n)\n", "n");
  refused("    if x.size(0) > 1:\n        self.n.add_(1)\n", "n");
  refused("    for i in range(2):\n        self.n.add_(1)\n", "n");
}

TEST_CASE("unsteady model: what changes no state is not refused: training's branches, copies, what forward made itself, the input") {
  const TestFolder folder;
  const std::string file = folder.file("steady.pt");
  for (const std::string lines : {"    if self.training:\n        self.n.add_(1)\n", "    if self.training and x.size(0) > 1:\n        self.n = self.n + 1\n",
                                  "    y = self.n.clone()\n    y.add_(1)\n", "    y = (self.n + 1).relu_()\n", "    x = x * 2\n    x.relu_()\n", "    x.relu_()\n",
                                  "    m = [1]\n    m.append(self.l[0])\n", "    y = self.n.expand(2, 2, 2).contiguous()\n    y.add_(1)\n",
                                  "    a, b = torch.chunk(x * 2, 2, 4)\n    a.add_(torch.cat([b, a], 4).sum())\n",
                                  "    y = torch.batch_norm(x, self.w[0, :1], self.w[0, :1], self.n[0, :1], self.w[1, :1], False, 0.1, 0.1, True)\n"})
    CHECK_MESSAGE(run_error(write_stateful(file, lines), 3) == "", lines, run_error(file, 3));
}

TEST_CASE("unsteady model: where the code does not show it, a change of weights or state ends the run") {
  const TestFolder folder;
  const std::string file = folder.file("state.pt");
  for (const std::string lines : {"    y = self.n.reshape(-1)\n    y.add_(1)\n", "    y = self.n.to(x.dtype)\n    y.add_(1)\n",
                                  "    y = x\n    if x.size(0) > 2:\n        y = self.n\n    y.add_(1)\n", "    both = [self.n, self.w]\n    both[0].add_(1)\n",
                                  "    m = [self.l, [1]]\n    m[0].append(3)\n",
                                  "    y = torch.batch_norm(x, None, None, self.n[0, :1], self.w[1, :1], True, 0.1, 0.1, True)\n    x = x + y\n"})
    CHECK_MESSAGE(contains(run_error(write_stateful(file, lines), 1), "the network in '" + file + "' changes its own weights or state while it runs"), lines,
                  run_error(file, 2));
}

TEST_CASE("unsteady model: a network that mixes the patches of a batch is refused, whatever the batch") {
  const TestFolder folder;
  const std::string flat = "    v = torch.flatten(x, 1).mean(1, keepdim=True)\n";
  const PatchBatch patches = made_up_patches(14, 1, 3);
  for (const std::string mixes : {"torch.softmax(v, 0)", "torch.flip(v, [0])", "v / torch.max(v)", "v - torch.mean(v)", "torch.roll(v, 1, 0)",
                                  "torch.ones_like(v) / x.size(0)", "torch.cumsum(v, 0)"}) {
    const std::string model = write_model(folder.file("mixes.pt"), "def forward(self, x):\n" + flat + "    return " + mixes + "\n");
    for (const std::int64_t batch : {32, 7, 2})
      CHECK_MESSAGE(contains(stage_error(model, batch, patches), "depends on the other patches of its batch"), mixes, batch);
    CHECK(contains(stage_error(model, 32, patches), "the network in '" + model + "'"));
    CHECK(stage_error(model, 1, patches) == "");
  }
}

TEST_CASE("unsteady model: a network is compared once its patches differ, and one that takes no single patch is not refused for that") {
  const TestFolder folder;
  PatchBatch patches = made_up_patches(8, 1, 3);
  std::fill(patches.values.begin(), patches.values.begin() + 4 * 27, 0.5f);  // the first batch
  const std::string mixes = write_model(folder.file("mixes.pt"), "def forward(self, x):\n    return torch.flip(torch.flatten(x, 1), [0])\n");
  CHECK(contains(stage_error(mixes, 4, patches), "depends on the other patches of its batch"));
  const std::string squeezes = write_model(folder.file("squeezes.pt"), "def forward(self, x):\n    return torch.flatten(x, 2).squeeze()[:, :2]\n");
  CHECK(stage_error(squeezes, 4, patches) == "");
  const std::string large = write_model(folder.file("large.pt"), "def forward(self, x):\n    return torch.flatten(x, 1) * 100000.0\n");
  CHECK(stage_error(large, 4, patches) == "");
}

}  // namespace
}  // namespace flowrun::testing
