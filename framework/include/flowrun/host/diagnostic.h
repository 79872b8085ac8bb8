#pragma once

#include <stdexcept>
#include <string>
#include <vector>

namespace flowrun {

/// A place in a file, counted from 1; line 0: the file as a whole, or (with no file) the command line.
struct SourceLocation {
  std::string file;
  int line = 0;
  int column = 0;
};
std::string to_string(const SourceLocation& place);  ///< "graphs/demo.json:12:31", "graphs/demo.json" or "command line"

enum class Severity { warning, error };

/// Something wrong with a graph, as a person reads it.
struct Diagnostic {
  Severity severity = Severity::error;
  SourceLocation place;
  std::string
      message;  ///< names the node and the port or parameter, what was expected, what was found; may end in "did you mean"
};
std::string to_string(const Diagnostic& fault);  ///< "graphs/demo.json:12:31: error: node 'a': ..."

/// All faults found so far. Every pass adds to it; nothing stops at the first.
class Diagnostics {
 public:
  void error(SourceLocation place, std::string message);
  void warning(SourceLocation place, std::string message);
  bool has_errors() const;
  const std::vector<Diagnostic>& all() const { return faults_; }
  /// By file, line and column; passes find them in another order.
  void sort();

 private:
  std::vector<Diagnostic> faults_;
};

/// "; did you mean 'x'?" for the candidate nearest to a misspelt word (small edit distance), or nothing.
std::string did_you_mean(const std::string& word, const std::vector<std::string>& candidates);

}  // namespace flowrun
