#include "process/descriptors.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "flowrun/sdk/error.h"

namespace flowrun::process {
namespace {

constexpr int kAboveStandardOnes = 10;
constexpr std::size_t kKeptBeginning = 200;
constexpr std::size_t kKeptEnd = 400;

/// The same descriptor, out of the way of those that a child gets.
int moved_up(int descriptor) {
  const int moved = ::fcntl(descriptor, F_DUPFD_CLOEXEC, kAboveStandardOnes);
  ::close(descriptor);
  return moved;
}

std::string on_one_line(const std::string& text) {
  std::string line;
  for (const char c : text) {
    const bool space = c == ' ' || c == '\t' || c == '\r';
    if (c == '\n') line += line.empty() || line.back() == '\n' ? "" : "\n";
    else if (!space) line += c > 0x20 && c < 0x7f ? c : '?';
    else if (!line.empty() && line.back() != ' ') line += ' ';
  }
  while (!line.empty() && (line.back() == '\n' || line.back() == ' ')) line.pop_back();
  for (std::size_t at = line.find('\n'); at != std::string::npos; at = line.find('\n', at)) line.replace(at, 1, " / ");
  return line;
}

}  // namespace

Pipe::Pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw Error(std::string("cannot make a pipe to another process: ") + std::strerror(errno));
  reading_ = moved_up(ends[0]);
  writing_ = moved_up(ends[1]);
  if (reading_ >= 0 && writing_ >= 0) return;
  const int reason = errno;
  close_writing();
  if (reading_ >= 0) ::close(reading_);
  throw Error(std::string("cannot make a pipe to another process: ") + std::strerror(reason));
}

Pipe::~Pipe() {
  close_writing();
  ::close(reading_);
}

void Pipe::close_writing() {
  if (writing_ >= 0) ::close(writing_);
  writing_ = -1;
}

void KeptText::add(const char* bytes, std::size_t count) {
  const std::size_t first = std::min(count, kKeptBeginning - beginning_.size());
  beginning_.append(bytes, first);
  end_.append(bytes + first, count - first);
  if (end_.size() <= kKeptEnd) return;
  left_out_ += end_.size() - kKeptEnd;
  end_.erase(0, end_.size() - kKeptEnd);
}

std::string KeptText::one_line() const {
  if (left_out_ == 0) return on_one_line(beginning_ + end_);
  return on_one_line(beginning_) + " ... (" + std::to_string(left_out_) + " bytes left out) ... " + on_one_line(end_);
}

}  // namespace flowrun::process
