#pragma once

#include <string>

namespace flowrun::process {

/// Where a child finds the pipe for its result.
inline constexpr int kResultDescriptor = 3;

/// A pipe whose ends close with it and are not inherited. Throws Error.
class Pipe {
 public:
  Pipe();
  ~Pipe();
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  int reading() const { return reading_; }
  int writing() const { return writing_; }
  void close_writing();

 private:
  int reading_ = -1;
  int writing_ = -1;
};

/// Text of which the beginning and the end are kept, and what was left out between them is counted.
class KeptText {
 public:
  void add(const char* bytes, std::size_t count);
  /// On one line; bytes that are no printable ASCII become '?'.
  std::string one_line() const;

 private:
  std::string beginning_;
  std::string end_;
  std::size_t left_out_ = 0;
};

}  // namespace flowrun::process
