// The directory of a model's zip archive, and what the file is taken for. LibTorch reads the same archive afterwards.
#include "common/torch/model_format.h"
#include "common/torch/zip_directory.h"
#include "support/target.h"

using namespace flowrun::tensor;

void flowrun::fuzz::look_at(std::string_view bytes) {
  static const ScratchFile file("model.pt");
  file.write(bytes);
  const std::string other = other_format(std::string(bytes.substr(0, 512)), "model.pt");
  require(other.size() < 1000, "what a file is fits into a sentence");
  accepts([&] {
    const std::vector<ZipRecord> records = zip_directory(file.path().string());
    for (const ZipRecord& record : records) {
      require(record.stored_bytes <= bytes.size(), "a record lies within the file");
      require(record.is_compressed || record.bytes == record.stored_bytes, "what is not compressed has one size");
    }
    other_zip_format(records, std::string(bytes.substr(0, 300)));
  });
}
