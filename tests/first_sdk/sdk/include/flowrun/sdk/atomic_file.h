#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace flowrun {

/// A file that appears whole under its name, or not at all.
///
/// The content is written to temporary(), in the same folder; commit() brings it to disk and gives it its name, replacing what
/// was there. Without commit() (an exception) the temporary is removed and an older file under the name stays as it was. What a
/// killed process leaves is known by its name, and the next run removes it.
class AtomicFile {
 public:
  /// Makes the folder of `target` when it is missing, and an empty temporary whose name ends in `suffix` (".nii.gz"): writers
  /// choose their format by it. Throws Error when that is not possible, or when `target` is a folder.
  AtomicFile(std::filesystem::path target, const std::string& suffix);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  const std::filesystem::path& target() const { return target_; }
  const std::filesystem::path& temporary() const { return temporary_; }

  /// Throws Error when the system could not bring the content to disk (a full disk) or could not rename.
  void commit();

 private:
  std::filesystem::path target_;
  std::filesystem::path temporary_;
  bool committed_ = false;
};

/// Writes a file in one go; it appears whole under its name or not at all. Throws Error when it cannot be written.
void write_atomically(const std::filesystem::path& target, std::string_view bytes);

/// "cannot write '<file>': <reason of the system>", with what to do where that is known.
std::string write_failure(const std::filesystem::path& file, int error_number);

/// This process in the names of its temporaries: where it runs (host and process space), and its number.
std::string temporary_owner();

/// Removes the temporaries in a folder whose process is gone: of this host, those whose process does not run any more; of others,
/// those of `also_gone`, a temporary_owner() that is known to have ended. Returns how many; a folder that cannot be read has
/// none.
std::size_t remove_left_temporaries(const std::filesystem::path& folder, const std::string& also_gone);

}  // namespace flowrun
