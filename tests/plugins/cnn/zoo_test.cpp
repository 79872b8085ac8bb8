// Networks as PyTorch saves them: nothing that they are made of is refused.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>

#include "common/torch/inference.h"
#include "common/torch/model.h"
#include "flowrun/sdk/error.h"
#include "support/needs.h"
#include "test_folder.h"

namespace flowrun::testing {
namespace {

TEST_CASE("zoo: scripted, traced, frozen and quantised networks of PyTorch are loaded and run" *
          doctest::test_suite("needs pytorch")) {
  const TestFolder folder;
  const std::string command = "/usr/bin/python3 -W ignore '" FLOWRUN_SOURCE_DIR "/tests/plugins/cnn/zoo.py' '" + folder.file("") + "' 2>/dev/null";
  if (!python_has("torch")) return could_not_run("/usr/bin/python3 here has no PyTorch");
  REQUIRE(std::system(command.c_str()) == 0);
  int models = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.file(""))) {
    std::string fault;
    try {
      const auto model = tensor::load_model(entry.path(), c10::Device(c10::kCPU));
      const tensor::InferenceScope scope(1);
      const at::Tensor output = model->forward(at::ones({3, 2, 8, 8, 8}));
      CHECK(output.sizes() == at::IntArrayRef({3, 2}));
    } catch (const std::exception& error) {
      fault = tensor::short_reason(error);
    }
    CHECK_MESSAGE(fault.empty(), fault);
    ++models;
  }
  CHECK(models == 16);
}

}  // namespace
}  // namespace flowrun::testing
