#include <doctest/doctest.h>

#include <functional>

#include "common/torch/device.h"
#include "common/torch/inference.h"
#include "common/torch/model.h"
#include "flowrun/sdk/error.h"
#include "test_folder.h"
#include "tiny_models.h"

namespace flowrun::testing {
namespace {

const c10::Device kCpu(c10::kCPU);

std::string load_error(const std::string& path) {
  try {
    tensor::load_model(path, kCpu);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

/// The archive written anew with its data.pkl changed.
void change_pickle(const std::string& path, const std::function<void(std::string&)>& change) {
  std::vector<std::pair<std::string, std::string>> records;
  {
    caffe2::serialize::PyTorchStreamReader reader(path);
    for (const std::string& name : reader.getAllRecords()) {
      const auto [bytes, size] = reader.getRecord(name);
      records.emplace_back(name, std::string(static_cast<const char*>(bytes.get()), size));
    }
  }
  caffe2::serialize::PyTorchStreamWriter writer(path);
  for (auto& [name, bytes] : records) {
    if (name == "data.pkl") change(bytes);
    if (name != "version") writer.writeRecord(name, bytes.data(), bytes.size());
  }
  writer.writeEndOfFile();
}

TEST_CASE("model: tensors that claim to be larger than their bytes are refused before LibTorch reads beyond them") {
  const TestFolder folder;
  const std::string path = write_model(folder.file("a.pt"), kSumAndFirst, {{"w", at::zeros({7})}});
  change_pickle(path, [](std::string&) {});
  CHECK(load_error(path) == "");
  const auto check_refused = [&](const std::string& before, const std::string& after) {
    write_model(path, kSumAndFirst, {{"w", at::zeros({7})}});
    change_pickle(path, [&](std::string& pickle) {
      const std::size_t at = pickle.find(before);
      REQUIRE(at != std::string::npos);
      pickle.replace(at, before.size(), after);
    });
    CHECK(load_error(path) == "the model '" + path +
                                  "' cannot be used: a tensor in 'data/0' claims to be larger than the 28 bytes there; copy or "
                                  "make it again");
  };
  check_refused("K\x07tQ", "K\xfftQ");                // elements of the storage
  check_refused("(K\x07t(K\x01t", "(K\xfft(K\x01t");  // size
  check_refused("(K\x07t(K\x01t", "(K\x07t(K\x02t");  // stride
  write_model(path, kSumAndFirst, {{"w", at::zeros({7})}});
  change_pickle(path, [](std::string& pickle) { pickle.resize(pickle.size() / 2); });
  CHECK(load_error(path).find("it is cut short or damaged: at byte ") != std::string::npos);
}

TEST_CASE("model: is loaded once for all who use it while the file stays the same") {
  const TestFolder folder;
  const std::string path = write_model(folder.file("a.pt"), kSumAndFirst);
  const auto first = tensor::load_model(path, kCpu);
  CHECK(tensor::load_model(path, kCpu) == first);
  std::filesystem::create_symlink(path, folder.file("link.pt"));
  CHECK(tensor::load_model(folder.file("link.pt"), kCpu) == first);

  std::filesystem::last_write_time(path, std::filesystem::last_write_time(path) + std::chrono::seconds(5));
  CHECK(tensor::load_model(path, kCpu) != first);
}

TEST_CASE("model: a prepared network gives what the network gives as it was saved") {
  const TestFolder folder;
  const std::string path = write_small_network(folder.file("net.pt"));
  const PatchBatch patches = made_up_patches(9, 4, 5);
  const tensor::InferenceScope scope(1);
  const at::Tensor input = tensor::view_of_patches(patches, 2, 5);
  CHECK(input.data_ptr<float>() == patches.values.data() + 2 * patches.values_per_patch());
  torch::jit::Module plain = torch::jit::load(path);
  plain.eval();
  const at::Tensor expected = plain.forward({input}).toTensor();
  const at::Tensor found = tensor::load_model(path, kCpu)->forward(input);
  CHECK((found - expected).abs().max().item<float>() < 1e-6f);
}

TEST_CASE("model: dropout is off") {
  const TestFolder folder;
  const std::string path = write_model(folder.file("drop.pt"), R"(
def forward(self, x):
    return torch.dropout(torch.flatten(x, 1), 0.9, self.training)
)");
  const tensor::InferenceScope scope(1);
  const at::Tensor ones = at::ones({1, 1, 4, 4, 4});
  CHECK(tensor::load_model(path, kCpu)->forward(ones).sum().item<float>() == 64.0f);
}

TEST_CASE("model: a missing file, a folder and an empty file are told apart") {
  const TestFolder folder;
  CHECK(load_error(folder.file("none.pt")) == "there is no model file '" + folder.file("none.pt") + "'");
  CHECK(contains(load_error(folder.file("")), "is not a file; a TorchScript model file is expected"));
  CHECK(contains(load_error(folder.write("empty.pt", "")), "is empty, not a TorchScript model"));
}

TEST_CASE("model: a text, a pickle and a zip archive without a network are refused by what they are") {
  const TestFolder folder;
  CHECK(contains(load_error(folder.write("a.pt", "weights")), "is a text, not a TorchScript model"));
  CHECK(contains(load_error(folder.write("a.pt", std::string(9, '\1'))), "is not a TorchScript model (a zip archive"));
  CHECK(contains(load_error(folder.write("b.pt", "\x80\x02].")), "is a Python pickle, not a TorchScript model"));
  std::ofstream file(folder.file("c.pt"), std::ios::binary);
  caffe2::serialize::PyTorchStreamWriter writer([&](const void* data, std::size_t size) {
    file.write(static_cast<const char*>(data), static_cast<std::streamsize>(size));
    return size;
  });
  writer.writeRecord("other.txt", "x", 1);
  writer.writeEndOfFile();
  file.close();
  CHECK(contains(load_error(folder.file("c.pt")), "is a zip archive but not a TorchScript model"));
}

TEST_CASE("model: a file cut short at any place, or with a changed byte, gives a sentence and no crash") {
  const TestFolder folder;
  const std::string whole = bytes_of(write_small_network(folder.file("net.pt")));
  for (std::size_t part = 1; part < 12; ++part) {
    const std::string path = folder.write("cut.pt", whole.substr(0, whole.size() * part / 12));
    CHECK(contains(load_error(path), "the model file '" + path + "' is damaged or cut short"));
    CHECK(contains(load_error(path), "; copy or make it again"));
  }
  for (std::size_t at = 100; at < whole.size(); at += whole.size() / 60) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 0x5A);
    const std::string text = load_error(folder.write("changed" + std::to_string(at) + ".pt", changed));
    CHECK((text.empty() || contains(text, "changed" + std::to_string(at) + ".pt'")));
  }
}

TEST_CASE("model: a forward of two tensors is refused") {
  const TestFolder folder;
  const std::string path = write_model(folder.file("two.pt"), "def forward(self, x, y):\n    return x + y\n");
  CHECK(contains(load_error(path), "wants 2 inputs, but it is handed one tensor of patches"));
  const std::string other = write_model(folder.file("other.pt"), "def run(self, x):\n    return x\n");
  CHECK(contains(load_error(other), "without a forward method"));
}

TEST_CASE("device: auto and cpu are always there; others are told why not") {
  CHECK(tensor::choose_device("cpu") == kCpu);
  if (torch::cuda::device_count() == 0) {
    CHECK(tensor::choose_device("auto") == kCpu);
    CHECK_THROWS_WITH_AS(tensor::choose_device("cuda"),
                         doctest::Contains("device 'cuda' was asked for, but LibTorch finds no CUDA device here"), Error);
  } else {
    CHECK(tensor::choose_device("auto").is_cuda());
    CHECK_THROWS_WITH_AS(tensor::choose_device("cuda:99"), doctest::Contains("LibTorch finds only"), Error);
  }
  CHECK_THROWS_WITH_AS(tensor::choose_device("cuda:x"), doctest::Contains("does not name a CUDA device"), Error);
  CHECK_THROWS_WITH_AS(tensor::choose_device("tpu"), doctest::Contains("device 'tpu' is unknown"), Error);
}

TEST_CASE("inference: no more threads than given run inside an operation") {
  const tensor::InferenceScope scope(2);
  CHECK(at::get_num_threads() == 2);
  const tensor::InferenceScope inner(1);
  CHECK(at::get_num_threads() == 1);
}

}  // namespace
}  // namespace flowrun::testing
