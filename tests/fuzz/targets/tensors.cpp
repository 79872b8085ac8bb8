// The pickle in a TorchScript archive that says what each tensor is made from.
#include "common/torch/stored_tensors.h"
#include "support/target.h"

using namespace flowrun::tensor;

void flowrun::fuzz::look_at(std::string_view bytes) {
  accepts([&] {
    const PickleContents contents = pickle_contents(bytes);
    for (const StoredTensor& tensor : contents.tensors) {
      lies_within(tensor, 1000);
      require(tensor.bytes > 0 && tensor.key.size() <= bytes.size(), "a tensor has a type and a place");
    }
    for (const std::string& name : contents.classes) require(name.starts_with("__torch__"), "a class is of the archive's own code");
  });
}
