// What fuzz targets share. A target is one function over bytes that came from anybody; whatever they are it returns, or the
// process ends with the promise that was broken.
#pragma once

#include <cstddef>
#include <exception>
#include <filesystem>
#include <string>
#include <string_view>

#include "flowrun/host/diagnostic.h"
#include "flowrun/sdk/error.h"

namespace flowrun::fuzz {

/// The one function that each target defines.
void look_at(std::string_view bytes);

/// Ends the process with the promise that does not hold.
void require(bool holds, std::string_view promise);
[[noreturn]] void broken(std::string_view promise);

/// A refusal is for a person: it says something, in bounded length.
void require_sentence(std::string_view text);

/// Runs a reader; false when it refused the bytes. Anything but an Error that leaves it (bad_alloc too) is a broken promise.
template <class Read>
bool accepts(Read&& read) try {
  read();
  return true;
} catch (const Error& refusal) {
  require_sentence(refusal.what());
  return false;
} catch (const std::exception& other) {
  broken(std::string("what leaves a reader is an Error, but this came: ") + other.what());
}

/// Each fault has a sentence, and a place inside the text.
void require_sound_faults(const Diagnostics& faults, std::string_view text);

/// One file in a folder of this process, written anew for each input. Its name is the same for each process that counts.
class ScratchFile {
 public:
  explicit ScratchFile(const std::string& name);
  ~ScratchFile();
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;
  void write(std::string_view bytes) const;
  std::string text() const;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace flowrun::fuzz
