#include "authoring/rewritten_graph.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "flowrun/host/written_file.h"
#include "flowrun/sdk/atomic_file.h"
#include "flowrun/sdk/error.h"

namespace flowrun {
namespace {

/// The file behind a link gets the text, and keeps its permissions.
void rewrite(const std::filesystem::path& file, const std::string& text) {
  const std::filesystem::path real = std::filesystem::canonical(file);
  AtomicFile pending(real, real.extension().string());
  std::ofstream stream(pending.temporary(), std::ios::binary);
  stream << text;
  stream.close();
  if (!stream) throw Error(write_failure(real, errno));
  std::error_code failed;  // a file system without permissions is no reason to stop
  std::filesystem::permissions(pending.temporary(), std::filesystem::status(real).permissions(), failed);
  pending.commit();
}

}  // namespace

void spare_other_files(const std::string& output) {
  const auto is_graph = [](const std::string& beginning) {
    return beginning.find_first_not_of(" \t\r\n") == beginning.find('{') &&
           (beginning.find("\"format\"") != std::string::npos || beginning.find("\"nodes\"") != std::string::npos);
  };
  if (output.empty()) return;
  if (const std::string fault = overwrite_fault(output, "--output", "graph of flowrun", is_graph); !fault.empty())
    throw Error(fault);
}

void put_graph(const std::string& file, const RewrittenText& text, const std::string& output, bool in_place) {
  if (in_place && text.before != text.after) rewrite(file, text.after);
  else if (!output.empty()) write_atomically(output, text.after);
  else if (!in_place) fmt::print("{}", text.after);
}

}  // namespace flowrun
