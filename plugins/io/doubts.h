#pragma once

#include <string>
#include <vector>

namespace flowrun::io {

/// What a header leaves open or says in two ways, and what is taken instead. Of one header it becomes one sentence.
class Doubts {
 public:
  /// `title`: of the format, for messages.
  explicit Doubts(std::string title) : title_(std::move(title)) {}

  /// Something that the header does not say, with what is taken: "the voxel size (1 mm is taken)". Each text counts
  /// once.
  void add_unsaid(const std::string& what);
  /// Another doubt, as a sentence without a full stop: "its header has ...".
  void add(const std::string& sentence);
  bool empty() const { return unsaid_.empty() && others_.empty(); }
  /// "its NRRD header does not say ..., ... and ...; sizes in mm and the place in the world may be wrong; its header
  /// has ...".
  std::string sentence() const;

 private:
  std::string title_;
  std::vector<std::string> unsaid_, others_;
};

}  // namespace flowrun::io
