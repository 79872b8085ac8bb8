#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace flowrun::testing {

/// A folder of its own for one test, gone with it.
class TempFolder {
 public:
  TempFolder();
  ~TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path write(const std::string& name, const std::string& text) const;  ///< returns its full path
  std::string read(const std::string& name) const;                                      ///< "" when it is not there
  bool has(const std::string& name) const { return std::filesystem::exists(path_ / name); }

 private:
  std::filesystem::path path_;
};

struct Ended {
  int status = -1;  ///< exit status; -1: it was killed by a signal
  int signal = 0;   ///< that killed it; 0: none
  std::string out;
  std::string err;
};

/// A real flowrun, started in the test's folder, with the plugins of the tests on its path and no terminal.
class FlowrunProcess {
 public:
  FlowrunProcess(const TempFolder& folder, const std::vector<std::string>& arguments);
  ~FlowrunProcess();  ///< ends it when it still runs
  FlowrunProcess(const FlowrunProcess&) = delete;
  FlowrunProcess& operator=(const FlowrunProcess&) = delete;

  void send(int signal) const;
  /// Waits until its standard error holds the text; false when it ended, or a minute passed, without it.
  bool wait_for_message(const std::string& text);
  Ended end();  ///< waits for its end

 private:
  const TempFolder& folder_;
  pid_t process_ = -1;
  bool ended_ = false;
  int wait_status_ = 0;
};

Ended run_flowrun(const TempFolder& folder, const std::vector<std::string>& arguments);

/// Of the cases a and b, one at a time, of a graph that waits (graph_texts.h): while a runs the signal is sent, then a may finish.
/// Fails the test where the signal is not answered.
Ended interrupted_in_first_case(const TempFolder& folder, const std::string& graph, int signal);

/// Waits until a file is there; false after a minute.
bool wait_for_file(const std::filesystem::path& file);

bool contains(const std::string& text, const std::string& part);

}  // namespace flowrun::testing
