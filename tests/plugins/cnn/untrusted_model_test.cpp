// Models made by somebody who means harm. Each would do something beyond computing, by loading, by compiling or by running it.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "archives.h"
#include "common/torch/inference.h"
#include "common/torch/model.h"
#include "flowrun/sdk/error.h"
#include "test_folder.h"
#include "tiny_models.h"

namespace flowrun::testing {
namespace {

using namespace std::string_literals;

const c10::Device kCpu(c10::kCPU);

std::string load_error(const std::string& path) {
  try {
    tensor::load_model(path, kCpu);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

struct Attempt {
  TestFolder folder;
  std::string target = folder.file("written");

  std::string error_of(const std::string& code, const Records& more = {}) const { return load_error(write_code(folder.file("evil.pt"), code, more)); }
  bool wrote() const { return std::filesystem::exists(target); }
  std::string save() const { return "torch.save(x, \"" + target + "\")"; }
};

std::string repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

TEST_CASE("untrusted model: the archive that these tests make is a model") {
  const Attempt attempt;
  CHECK(attempt.error_of(network_code("    return torch.flatten(x, 1)\n")) == "");
}

TEST_CASE("untrusted model: an operator that is not on the list is refused by its name, with model and line") {
  const Attempt attempt;
  const std::string file = attempt.folder.file("evil.pt");
  const std::string found = attempt.error_of(network_code("    " + attempt.save() + "\n    return x\n"));
  CHECK(contains(found, "the model '" + file + "' cannot be used: its code uses the operator 'aten::save', which writes files"));
  CHECK(contains(found, "code/__torch__.py line 7"));
  CHECK(contains(found, "not on the list of what a network may use; ask whoever made it"));
  CHECK(!attempt.wrote());
}

TEST_CASE("untrusted model: a file operation is found however it is written") {
  const Attempt attempt;
  const std::string arguments = "(x, \"" + attempt.target + "\")\n    return x\n";
  for (const std::string call : {"getattr(torch, \"\\163ave\")", "(torch).save", "ops.aten.save"})
    CHECK_MESSAGE(contains(attempt.error_of(network_code("    " + call + arguments)), "'aten::save'"), call);
  CHECK(contains(attempt.error_of(network_code("    f = torch.save\n    f" + arguments)), "'aten::save'"));
  CHECK(contains(attempt.error_of(network_code("    o = ops.aten\n    o.save" + arguments)), "cannot be used"));
  CHECK(contains(attempt.error_of(network_code("    return torch.from_file(\"" + attempt.target + "\", True, 10)\n")), "'aten::from_file'"));
  CHECK(!attempt.wrote());
}

TEST_CASE("untrusted model: the code is looked at whatever its record is called") {
  const Attempt attempt;
  const std::string code = network_code("    " + attempt.save() + "\n    return x\n");
  using namespace std::string_literals;
  const std::string data = "\x80\x02" "c__torch__\nNetwork\n)\x81}(X\x08\0\0\0training\x89ub."s;
  const std::string path = attempt.folder.file("upper.pt");
  CHECK(contains(load_error(write_records(path, {{"data.pkl", data}, {"CODE/__TORCH__.PY", code}, {"constants.pkl", "\x80\x02)."s}})), "'aten::save'"));
  CHECK(contains(load_error(write_records(path, {{"data.pkl", data}, {"code/__torch__.py", network_code("    return x\n")}, {"code/__torch__.PY", code},
                                                 {"constants.pkl", "\x80\x02)."s}})),
                 "two records of the name"));
}

TEST_CASE("untrusted model: printing, threads, random numbers and contexts of LibTorch are refused") {
  const Attempt attempt;
  const auto error = [&](const std::string& line) { return attempt.error_of(network_code("    " + line + "\n    return x\n")); };
  CHECK(contains(error("print(\"\\033[2J\")"), "'prim::Print', which prints to the terminal"));
  CHECK(contains(error("ops.prim.Print(\"\\033[2J\")"), "'prim::Print'"));
  CHECK(contains(error("y = torch.rand([2])"), "'aten::rand', which makes random numbers"));
  CHECK(contains(error("y = torch.manual_seed(1)"), "'aten::manual_seed', which changes settings"));
  CHECK(contains(error("y = torch.as_strided(x, [9999], [1])"), "'aten::as_strided', which makes tensors over memory"));
  CHECK(contains(error("y = ops.profiler._record_function_enter(\"a\", None)"), "not on the list"));
  CHECK(contains(attempt.error_of(network_code("    return torch.dropout(x, 0.5, True)\n")), "a dropout that is always on"));
  CHECK(error("y = torch.dropout(x, 0.5, self.training)") == "");
  const std::string function = "def f(x: Tensor) -> Tensor:\n  return x\n";
  CHECK(contains(attempt.error_of(network_code("    return torch.wait(fork(__torch__.f, x))\n", "", function)), "cannot be used"));
}

TEST_CASE("untrusted model: a division of whole numbers by zero and a stride of zero in the code are refused, for they end the process") {
  const Attempt attempt;
  const auto error = [&](const std::string& line) { return attempt.error_of(network_code("    " + line + "\n    return y * x\n")); };
  CHECK_MESSAGE(contains(error("y = torch.remainder(torch.size(x, 0), 0)"), "divides a whole number by zero"), error("y = torch.remainder(torch.size(x, 0), 0)"));
  CHECK_MESSAGE(contains(error("y = torch.floordiv(torch.size(x, 0), 0)"), "divides a whole number by zero"), error("y = torch.floordiv(torch.size(x, 0), 0)"));
  CHECK_MESSAGE(contains(error("y = torch.max_pool3d(x, [2, 2, 2], [1, 0, 1], [0, 0, 0], [1, 1, 1], False)"), "a stride of zero"), error("y = torch.max_pool3d(x, [2, 2, 2], [1, 0, 1], [0, 0, 0], [1, 1, 1], False)"));
  CHECK_MESSAGE(contains(error("y = torch.avg_pool3d(x, [2, 2, 2], [0, 0, 0], [0, 0, 0], False, True, None)"), "a stride of zero"), error("y = torch.avg_pool3d(x, [2, 2, 2], [0, 0, 0], [0, 0, 0], False, True, None)"));
  CHECK_MESSAGE(contains(error("y = torch.max_pool3d(x, [2, 2, 2], [1, 1, 1], [0, 0, 0], [1, 0, 1], False)"), "a dilation of zero"), error("y = torch.max_pool3d(x, [2, 2, 2], [1, 1, 1], [0, 0, 0], [1, 0, 1], False)"));
  CHECK(error("y = torch.max_pool3d(x, [2, 2, 2], [1, 1, 1], [0, 0, 0], [1, 1, 1], False)") == "");
  CHECK(error("y = torch.avg_pool3d(x, [2, 2, 2], annotate(List[int], []), [0, 0, 0], False, True, None)") == "");
  CHECK(error("y = torch.remainder(torch.size(x, 0), 2)") == "");
  CHECK(error("y = torch.remainder(x, 0)") == "");  // of floating-point numbers: NaN
}

/// What a call writes to the standard error.
template <class Call>
std::string written_by(const std::string& file, Call&& call) {
  const int before = ::dup(2), into = ::open(file.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0600);
  ::dup2(into, 2);
  call();
  ::dup2(before, 2);
  ::close(before);
  ::close(into);
  return bytes_of(file);
}

TEST_CASE("untrusted model: its warnings do not reach the terminal") {
  const Attempt attempt;
  const std::string path = write_code(attempt.folder.file("warns.pt"), network_code("    torch.warn(\"\\033[2J\", 2)\n    return torch.flatten(x, 1)\n"));
  const auto model = tensor::load_model(path, kCpu);
  CHECK(written_by(attempt.folder.file("text"), [&] {
          const tensor::InferenceScope scope(1);
          model->forward(at::ones({1, 1, 2, 2, 2}));
        }) == "");
}

TEST_CASE("untrusted model: nothing runs while the code is compiled") {
  const Attempt attempt;
  const std::string file = "torch.from_file(\"" + attempt.target + "\", True, 10)";
  const std::string method = "  def f(self: __torch__.Network,\n    y: Tensor=" + file + ") -> Tensor:\n    return y\n";
  CHECK(contains(attempt.error_of(network_code("    return x\n", method)), "the default value of parameter 'y'"));
  const std::string sum = "  def f(self: __torch__.Network,\n    y: int=torch.add(1, 2)) -> int:\n    return y\n";
  CHECK(contains(attempt.error_of(network_code("    return x\n", sum)), "the default value of parameter 'y' (code/__torch__.py line 6)"));
  CHECK(contains(attempt.error_of(network_code("    return x\n", "  c : Final[int] = torch.add(1, 2)\n")), "a constant of class 'Network'"));
  CHECK(contains(attempt.error_of(network_code("    return x\n", "  c = [1, 2]\n")), "a constant of class 'Network', 'c' (code/__torch__.py line"));
  CHECK(contains(attempt.error_of(network_code("    y = \"a\".ljust(1000000000000)\n    return x\n")), "'aten::ljust'"));
  CHECK(contains(attempt.error_of(network_code("    y = torch.factorial(1000000000000000)\n    return x\n")), "'aten::factorial'"));
  CHECK(!attempt.wrote());
}

TEST_CASE("untrusted model: methods that nobody calls, hooks, functions and classes within are looked at") {
  const Attempt attempt;
  const std::string save = "    " + attempt.save() + "\n";
  CHECK(contains(attempt.error_of(network_code("    return x\n", "  def other(self: __torch__.Network,\n    x: Tensor) -> Tensor:\n" + save + "    return x\n")),
                 "'aten::save'"));
  const std::string hook = std::string("  __forward_pre_hooks__ = [\"hook\", ]\n  def hook(self: __torch__.Network,\n    x: Tuple[Tensor]) -> NoneType:\n    ") +
                           "torch.save(x, \"" + attempt.target + "\")\n    return None\n";
  CHECK(contains(attempt.error_of(network_code("    return x\n", hook)), "'aten::save'"));
  const std::string function = "def f(x: Tensor) -> Tensor:\n  " + attempt.save() + "\n  return x\n";
  CHECK(contains(attempt.error_of(network_code("    return __torch__.f(x)\n", "", function)), "'aten::save'"));
  const std::string other = "class Other(Module):\n  __parameters__ = []\n  __buffers__ = []\n  def forward(self: __torch__.Other,\n    x: Tensor) -> Tensor:\n" + save +
                            "    return x\n";
  CHECK(contains(attempt.error_of(network_code("    return x\n", "  part : __torch__.Other\n", other)), "'aten::save'"));
  CHECK(!attempt.wrote());
}

TEST_CASE("untrusted model: what a class does when it is loaded is held to what quantised layers need") {
  const Attempt attempt;
  const auto with = [&](const std::string& lines) {
    return network_code("    return x\n", "  def __getstate__(self: __torch__.Network) -> int:\n    return 1\n"
                                          "  def __setstate__(self: __torch__.Network,\n    state: int) -> NoneType:\n" + lines + "    return None\n");
  };
  const Records state{{"data.pkl", "\x80\x02" "c__torch__\nNetwork\n)\x81K\x01" "b."s}};
  CHECK(attempt.error_of(with("    self.training = False\n"), state) == "");
  CHECK(contains(attempt.error_of(with("    x = torch.zeros([1])\n    torch.save(x, \"" + attempt.target + "\")\n"), state), "'aten::save'"));
  CHECK(contains(attempt.error_of(with("    self.training = bool(torch.zeros([1]))\n"), state), "runs while the model is loaded and uses 'aten::zeros'"));
  CHECK(contains(attempt.error_of(with("    while True:\n      pass\n"), state), "uses 'prim::Loop'"));
  CHECK(!attempt.wrote());
}

TEST_CASE("untrusted model: objects of other classes and functions than a model's are refused by name") {
  const Attempt attempt;
  const std::string code = network_code("    return x\n");
  const auto with = [&](const std::string& data) { return attempt.error_of(code, {{"data.pkl", data}}); };
  CHECK(contains(with("\x80\x02" "cos\nsystem\n(X\x04\0\0\0true" "tR."s), "it names 'os.system', which no TorchScript model is made of"));
  CHECK(contains(with("\x80\x02" "ctorch.distributed.rpc\nrref\n)R."s), "'torch.distributed.rpc.rref'"));
  CHECK(contains(with("\x80\x02" "c__torch__.torch.classes.c10d\nProcessGroup\n)\x81}b."s), "'__torch__.torch.classes.c10d.ProcessGroup'"));
  CHECK(contains(with("\x80\x02K\x00)R."s), "it calls what is no function"));
  CHECK(contains(with("\x80\x02" + repeated("(", 300) + "K\x01" + repeated("t", 300) + "."), "nested more than 200 deep"));
  CHECK(contains(attempt.error_of(network_code("    y = __torch__.torch.classes.quantized.LinearPackedParamsBase()\n    return x\n")), "cannot be used"));
}

TEST_CASE("untrusted model: an archive with the index of an early form, which LibTorch would read instead, is refused") {
  const Attempt attempt;
  CHECK(contains(attempt.error_of(network_code("    return x\n"), {{"model.json", "{}"}}), "of a form before PyTorch 1.4"));
}

TEST_CASE("untrusted model: what LibTorch would follow by recursion is bounded") {
  const Attempt attempt;
  const auto forward = [&](const std::string& lines) { return attempt.error_of(network_code(lines)); };
  CHECK(contains(forward("    y = " + repeated("(", 100000) + "x" + repeated(")", 100000) + "\n    return x\n"), "nested more than 400 deep"));
  CHECK(contains(forward("    y = " + repeated("- ", 100000) + "1\n    return x\n"), "nested more than 400 deep"));
  CHECK(contains(forward("    y = 1" + repeated(" + 1", 100000) + "\n    return x\n"), "nested more than 400 deep"));
  CHECK(contains(forward("    y = x" + repeated(".x", 100000) + "\n    return x\n"), "nested more than 400 deep"));
  std::string blocks, branches = "    if self.training:\n      pass\n";
  for (int i = 0; i < 1000; ++i) blocks += std::string(static_cast<std::size_t>(4 + i), ' ') + "if self.training:\n";
  CHECK(contains(forward(blocks + std::string(1004, ' ') + "pass\n    return x\n"), "nests blocks more than 60 deep"));
  for (int i = 0; i < 20000; ++i) branches += "    elif self.training:\n      pass\n";
  CHECK(contains(forward(branches + "    return x\n"), "more than 300 branches"));
}

TEST_CASE("untrusted model: chains of methods, functions and classes are bounded") {
  const Attempt attempt;
  std::string methods, functions, classes;
  for (int i = 0; i < 5000; ++i) {
    const std::string name = std::to_string(i), next = std::to_string(i + 1);
    methods += "  def m" + name + "(self: __torch__.Network,\n    x: Tensor) -> Tensor:\n    return (self).m" + next + "(x)\n";
    functions += "def f" + name + "(x: Tensor) -> Tensor:\n  return __torch__.f" + next + "(x)\n";
    classes += "class C" + name + "(Module):\n  __parameters__ = []\n  __buffers__ = []\n  part : __torch__.C" + next + "\n";
  }
  CHECK(contains(attempt.error_of(network_code("    return (self).m0(x)\n", methods)), "methods that call each other"));
  CHECK(contains(attempt.error_of(network_code("    return __torch__.f0(x)\n", "", functions)), "functions and classes that name each other"));
  CHECK(contains(attempt.error_of(network_code("    return x\n", "  part : __torch__.C0\n", classes)), "functions and classes that name each other"));
}

TEST_CASE("untrusted model: methods that double at each call are refused before LibTorch puts them in place") {
  const Attempt attempt;
  std::string functions = "def f40(x: Tensor) -> Tensor:\n  return torch.neg(x)\n";
  for (int i = 39; i >= 0; --i) {
    const std::string next = "__torch__.f" + std::to_string(i + 1);
    functions += "def f" + std::to_string(i) + "(x: Tensor) -> Tensor:\n  return " + next + "(" + next + "(x))\n";
  }
  CHECK(contains(attempt.error_of(network_code("    return __torch__.f0(x)\n", "", functions)), "grows to more than a million operations"));
}

TEST_CASE("untrusted model: a small file that unpacks to much is refused") {
  const Attempt attempt;
  const std::string code = network_code("    return x\n") + "#" + std::string(100'000'000, 'a');
  CHECK(contains(attempt.error_of(code), "unpacks to 95 MiB, more than is allowed"));
}

TEST_CASE("untrusted model: the user may trust a file by its hash, in a list that is his alone") {
  const Attempt attempt;
  const std::string path = write_code(attempt.folder.file("prints.pt"), network_code("    print(\"hello\")\n    return x\n"));
  const std::string list = attempt.folder.file("trusted");
  ::setenv("FLOWRUN_TRUSTED_MODELS", list.c_str(), 1);
  CHECK(contains(load_error(path), "sha256sum '" + path + "' >> '" + list + "'"));
  REQUIRE(std::system(("sha256sum '" + path + "' >> '" + list + "'").c_str()) == 0);
  ::chmod(list.c_str(), 0600);
  CHECK(load_error(path) == "");
  ::chmod(list.c_str(), 0666);
  CHECK(contains(load_error(write_code(attempt.folder.file("other.pt"), network_code("    return x\n"))), "can be written by others"));
  ::chmod(list.c_str(), 0600);
  const std::string changed = write_code(path, network_code("    print(\"other\")\n    return x\n"));
  CHECK(contains(load_error(changed), "'prim::Print'"));
  ::unsetenv("FLOWRUN_TRUSTED_MODELS");
}

}  // namespace
}  // namespace flowrun::testing
