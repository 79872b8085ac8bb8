// The code and the pickle of a model, changed at random but the same each time: a sentence or a model, and never a crash.
#include <doctest/doctest.h>

#include <random>

#include "archives.h"
#include "common/torch/model.h"
#include "flowrun/sdk/error.h"
#include "test_folder.h"

namespace flowrun::testing {
namespace {

using namespace std::string_literals;

const std::string kWords[] = {"torch.relu", "(", ")", "[", "]", ",", ":", "\n", "\n    ", "\n  ", "return ", "if ", "else", "for i in range(3):", "while True:", "def ", "class ", "self", ".",
                              "=", "-", "+", "1", "\"", "x", "Tensor", "List[", "Optional[", "__torch__.", "ops.prim.", "print", "CONSTANTS.c0", "lambda", "pass", "not ", "None", "{", "}", "#",
                              "import ", "getattr(", "training", "NoneType", "->", "**", "fork(", "annotate(", "with ", "as ", "raise ", "assert ", "break", "continue", "del ", "\\", "\x01"};

std::string changed(std::string text, std::minstd_rand& random) {
  for (int i = 0; i < 3 && !text.empty(); ++i) {
    const std::size_t at = random() % text.size();
    const std::string& word = kWords[random() % std::size(kWords)];
    switch (random() % 4) {
      case 0: text.insert(at, word); break;
      case 1: text.erase(at, random() % 8); break;
      case 2: text.replace(at, 1, word); break;
      default: text.insert(random() % text.size(), text.substr(at, random() % 30)); break;
    }
  }
  return text;
}

/// True when the model was refused with a sentence that names it.
bool refused(const std::string& path) {
  try {
    tensor::load_model(path, c10::Device(c10::kCPU));
    return false;
  } catch (const Error& error) {
    CHECK(contains(error.what(), path));
    return true;
  }
}

TEST_CASE("changed model: code that is changed anywhere gives a model or a sentence") {
  const TestFolder folder;
  const std::string code = network_code("    y = torch.flatten(x, 1)\n    if self.training:\n      z = torch.neg(y)\n    else:\n      z = __torch__.f(y)\n    return z\n",
                                        "  sizes : Final[List[int]] = [1, 2]\n", "def f(x: Tensor,\n    n: int=3) -> Tensor:\n  return torch.add(x, n)\n");
  REQUIRE(!refused(write_code(folder.file("whole.pt"), code)));
  std::minstd_rand random(5);
  int refusals = 0;
  for (int round = 0; round < 600; ++round) refusals += refused(write_code(folder.file(std::to_string(round) + ".pt"), changed(code, random)));
  CHECK(refusals > 200);
}

TEST_CASE("changed model: a pickle that is changed anywhere gives a model or a sentence") {
  const TestFolder folder;
  const std::string data = "\x80\x02" "c__torch__\nNetwork\nq\x00)\x81}(X\x08\0\0\0trainingq\x01\x89ub."s;
  const std::string code = network_code("    return torch.flatten(x, 1)\n");
  std::minstd_rand random(9);
  for (int round = 0; round < 400; ++round) {
    std::string bytes = data;
    for (int i = 0; i < 2; ++i) bytes[random() % bytes.size()] = static_cast<char>(random() % 256);
    refused(write_code(folder.file(std::to_string(round) + ".pt"), code, {{"data.pkl", bytes}}));
  }
}

}  // namespace
}  // namespace flowrun::testing
