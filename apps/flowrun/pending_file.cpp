#include "pending_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>

#include "flowrun/sdk/error.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;

/// Where a link leads, so that the file is replaced and not the link.
fs::path behind_links(const fs::path& file) {
  std::error_code failed;
  const fs::path real = fs::canonical(file, failed);
  return failed ? file : real;
}

}  // namespace

PendingFile::PendingFile(const fs::path& target) : target_(behind_links(target)) {
  path_ = target_;
  path_ += fmt::format(".part-{}", getpid());
}

PendingFile::~PendingFile() {
  std::error_code unused;
  fs::remove(path_, unused);
}

void PendingFile::write(const std::string& text) const {
  std::ofstream stream(path_, std::ios::binary);
  stream << text;
  stream.close();
  if (!stream) throw Error("cannot write '" + target_.string() + "'; is its folder there, writable and not full?");
}

void PendingFile::publish() const {
  std::error_code failed;
  const fs::file_status before = fs::status(target_, failed);
  if (!failed && fs::is_regular_file(before)) fs::permissions(path_, before.permissions(), failed);
  fs::rename(path_, target_, failed);
  if (failed) throw Error("cannot write '" + target_.string() + "': " + failed.message());
}

void write_whole_file(const fs::path& file, const std::string& text) {
  const PendingFile pending(file);
  pending.write(text);
  pending.publish();
}

}  // namespace flowrun
