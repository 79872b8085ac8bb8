// Files that flowrun keeps for itself: they lie where their names say, and nowhere else.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace flowrun {

/// Throws Error where one of these is a symbolic link, a named pipe, a socket or a device, with the sentence of what to do. What
/// is not there is no fault.
void refuse_links(const std::vector<std::filesystem::path>& own);

/// A file that is changed in place, open until its owner goes; a lock on it ends then too. It is never opened through a symbolic
/// link, and one that has a second name somewhere (a hard link) or is no plain file is refused: a change could be of another's.
class OwnFile {
 public:
  OwnFile() = default;
  /// `how`: as of open(2). Throws Error, a sentence, for what is refused; a file that the system does not open gives a negative
  /// number(), and errno says why.
  OwnFile(const std::filesystem::path& file, int how);
  ~OwnFile() { close(); }
  OwnFile(OwnFile&& other) noexcept : number_(other.number_) { other.number_ = -1; }
  OwnFile& operator=(OwnFile&& other) noexcept;
  int number() const { return number_; }
  void close();

  /// At most so many of its first bytes.
  std::string text(std::size_t most) const;

 private:
  int number_ = -1;
};

}  // namespace flowrun
