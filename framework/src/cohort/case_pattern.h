#pragma once

#include <string>
#include <vector>

namespace flowrun {

/// A pattern of file names, such as data/{case}/FLAIR.nii.gz: {case} stands for a case's name, the same wherever it stands, and
/// '*' for any text within one name. Names that begin with '.' are only found when the pattern says so.
class CasePattern {
 public:
  struct Match {
    std::string name;  ///< what {case} stands for
    std::string path;
  };

  /// Throws Error saying what is wrong with the pattern.
  explicit CasePattern(std::string text);

  static bool is_pattern(const std::string& text) { return text.find("{case}") != std::string::npos; }

  const std::string& text() const { return text_; }
  bool has_star() const { return text_.find('*') != std::string::npos; }
  /// All files (or folders) that fit, in natural order of names; of one case only where `name` is not empty. Folders that cannot
  /// be read are added to `unreadable`, with the reason.
  std::vector<Match> find(const std::string& name, std::vector<std::string>& unreadable) const;
  /// The path of a case, for a pattern without '*'.
  std::string path_of(const std::string& name) const;
  /// The folder in front of the first part that varies.
  std::string fixed_folder() const;

 private:
  std::string text_;
  std::vector<std::string> parts_;  ///< between the slashes; the first is empty for an absolute path
};

}  // namespace flowrun
