// Folders of plugins for tests: the fixtures copied, cut and changed.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "flowrun/host/registry.h"

namespace flowrun::testing {

inline std::string read_text(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

inline void write_text(const std::filesystem::path& file, const std::string& text) {
  std::ofstream(file, std::ios::binary) << text;
}

/// A folder of its own, removed with all that is in it.
class PluginFolder {
 public:
  PluginFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "flowrun_plugins_XXXXXX").string();
    if (!::mkdtemp(name.data())) std::abort();
    path_ = std::filesystem::canonical(name);
  }
  ~PluginFolder() { std::filesystem::remove_all(path_); }
  PluginFolder(const PluginFolder&) = delete;
  PluginFolder& operator=(const PluginFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  /// A fixture without a manifest, under a name of its own where given.
  std::filesystem::path add(const std::string& fixture, const std::string& as = "") const {
    const std::filesystem::path to = path_ / ((as.empty() ? fixture : as) + ".so");
    std::filesystem::copy_file(std::filesystem::path(FLOWRUN_BAD_PLUGINS) / (fixture + ".so"), to);
    return to;
  }
  std::filesystem::path write(const std::string& name, const std::string& text) const {
    write_text(path_ / name, text);
    return path_ / name;
  }

 private:
  std::filesystem::path path_;
};

/// An environment variable for the length of a test; null takes it away.
class ScopedVariable {
 public:
  ScopedVariable(const char* name, const char* value) : name_(name) {
    if (const char* old = std::getenv(name)) old_ = old, had_ = true;
    value ? ::setenv(name, value, 1) : ::unsetenv(name);
  }
  ~ScopedVariable() { had_ ? ::setenv(name_, old_.c_str(), 1) : ::unsetenv(name_); }
  ScopedVariable(const ScopedVariable&) = delete;
  ScopedVariable& operator=(const ScopedVariable&) = delete;

 private:
  const char* name_;
  std::string old_;
  bool had_ = false;
};

/// Counts how often code of a fixture may have run: the starts of the process apart, which cannot leave a mark itself, and loads
/// into this process.
class FixtureMark {
 public:
  FixtureMark() {
    const std::filesystem::path real = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "flowrun_manifest";
    folder_.write("program", "#!/bin/sh\necho started >> '" + (folder_.path() / "mark").string() + "'\nexec '" + real.string() +
                                 "' \"$@\"\n");
    std::filesystem::permissions(folder_.path() / "program", std::filesystem::perms::owner_all);
  }
  int count() const {
    const std::string lines = read_text(folder_.path() / "mark");
    return static_cast<int>(std::count(lines.begin(), lines.end(), '\n'));
  }

 private:
  PluginFolder folder_;
  ScopedVariable variable_{"FLOWRUN_FIXTURE_MARK", (folder_.path() / "mark").c_str()};
  ScopedVariable program_{"FLOWRUN_MANIFEST_PROGRAM", (folder_.path() / "program").c_str()};
};

/// Whether the file is mapped into this process, as the system sees it.
inline bool is_mapped(const std::filesystem::path& file) {
  return read_text("/proc/self/maps").find(file.string() + "\n") != std::string::npos;
}

/// Why a library cannot be used.
inline std::string failure_of(const std::filesystem::path& file) {
  Registry registry;
  registry.add_library(file);
  return registry.plugins().at(0).failure;
}

/// The text of what a call throws as a std::exception; "" when it does not throw.
template <class Call>
std::string thrown_by(Call call) {
  try {
    call();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "";
}

}  // namespace flowrun::testing
