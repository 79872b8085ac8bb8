#include "flowrun/sdk/payloads.h"

#include <algorithm>
#include <array>

namespace flowrun {
namespace {

constexpr std::array<std::string_view, 4> kContrasts{"flair", "t1", "t2", "pd"};

/// "T1w" and "t1" as "t1"; empty: not one of the contrasts.
std::string_view contrast_of(std::string_view word) {
  const auto is_word = [&](std::string_view known) {
    const bool has_w = word.size() == known.size() + 1 && (word.back() == 'w' || word.back() == 'W');
    return (word.size() == known.size() || has_w) && std::equal(known.begin(), known.end(), word.begin(), [](char a, char b) {
             return a == (b >= 'A' && b <= 'Z' ? b - 'A' + 'a' : b);
           });
  };
  const auto found = std::find_if(kContrasts.begin(), kContrasts.end(), is_word);
  return found == kContrasts.end() ? std::string_view() : *found;
}

}  // namespace

bool is_contrast(std::string_view word) { return !contrast_of(word).empty(); }

bool contrasts_differ(std::string_view a, std::string_view b) {
  return is_contrast(a) && is_contrast(b) && contrast_of(a) != contrast_of(b);
}

std::size_t Labels::bytes() const noexcept {
  std::size_t total = voxels.size() * sizeof(std::int32_t);
  for (const auto& [label, name] : names) total += sizeof label + name.size();
  return total;
}

std::size_t Table::bytes() const noexcept {
  std::size_t total = 0;
  for (const std::string& column : columns) total += column.size();
  for (const auto& row : rows) {
    total += row.size() * sizeof(Cell);
    for (const Cell& cell : row)
      if (const auto* text = std::get_if<std::string>(&cell)) total += text->size();
  }
  return total;
}

}  // namespace flowrun
