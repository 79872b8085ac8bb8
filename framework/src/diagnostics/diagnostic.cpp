#include "flowrun/host/diagnostic.h"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace flowrun {
namespace {

constexpr std::size_t kLongestWord = 64;  // no one mistypes a longer one, and the distance takes the product of the lengths

/// Number of single-letter edits and swaps of neighbours that turn one word into the other (Damerau's and Levenshtein's
/// distance); more than `limit` where it is out of reach.
std::size_t edit_distance(const std::string& a, const std::string& b, std::size_t limit) {
  if (std::max(a.size(), b.size()) - std::min(a.size(), b.size()) > limit) return limit + 1;
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before.swap(last);
    last.swap(row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = a[i - 1] == b[j - 1];
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    const bool hopeless =
        *std::min_element(row.begin(), row.end()) > limit && *std::min_element(last.begin(), last.end()) > limit;
    if (hopeless) return limit + 1;
  }
  return row[b.size()];
}

/// No one reads a name of megabytes to its end.
std::string readable(std::string message) {
  constexpr std::size_t kLongest = 4000, kKept = 1500;  // bytes
  if (message.size() <= kLongest) return message;
  const auto within_character = [&](std::size_t at) { return (static_cast<unsigned char>(message[at]) & 0xC0) == 0x80; };
  std::size_t head = kKept, tail = message.size() - kKept;
  while (head > 0 && within_character(head)) --head;
  while (tail < message.size() && within_character(tail)) ++tail;
  return message.substr(0, head) + " [...] " + message.substr(tail);
}

}  // namespace

std::string to_string(const SourceLocation& place) {
  if (place.file.empty()) return "command line";
  if (place.line == 0) return place.file;
  return place.file + ":" + std::to_string(place.line) + ":" + std::to_string(place.column);
}

std::string to_string(const Diagnostic& fault) {
  return to_string(fault.place) + (fault.severity == Severity::error ? ": error: " : ": warning: ") + fault.message;
}

void Diagnostics::error(SourceLocation place, std::string message) {
  faults_.push_back({Severity::error, std::move(place), readable(std::move(message))});
}

void Diagnostics::warning(SourceLocation place, std::string message) {
  faults_.push_back({Severity::warning, std::move(place), readable(std::move(message))});
}

bool Diagnostics::has_errors() const {
  return std::any_of(faults_.begin(), faults_.end(), [](const Diagnostic& fault) { return fault.severity == Severity::error; });
}

void Diagnostics::sort() {
  std::stable_sort(faults_.begin(), faults_.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::tie(a.place.file, a.place.line, a.place.column) < std::tie(b.place.file, b.place.line, b.place.column);
  });
}

std::string did_you_mean(const std::string& word, const std::vector<std::string>& candidates) {
  if (word.size() < 2 || word.size() > kLongestWord) return "";  // any letter is near any other
  const std::size_t limit = std::max<std::size_t>(1, word.size() / 3);
  std::size_t best = limit + 1;
  const std::string* nearest = nullptr;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate, limit);
    if (distance < best) {
      best = distance;
      nearest = &candidate;
    }
  }
  return nearest ? "; did you mean '" + *nearest + "'?" : "";
}

}  // namespace flowrun
