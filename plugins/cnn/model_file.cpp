#include "model_file.h"

#include <fstream>
#include <sstream>

#include "flowrun/sdk/atomic_file.h"
#include "flowrun/sdk/error.h"

namespace flowrun::cnn {

void write_model(const torch::jit::Module& module, const ModelDescription& description, const std::string& path) {
  std::ostringstream archive(std::ios::binary);
  module.save(archive, {{"flowrun.json", network::to_text(description)}});
  const std::string bytes = archive.str();
  AtomicFile file(path, ".pt");
  std::ofstream stream(file.temporary(), std::ios::binary);
  stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  stream.close();
  if (!stream) throw Error(write_failure(path, errno));
  file.commit();
}

}  // namespace flowrun::cnn
