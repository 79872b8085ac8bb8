#include "flowrun/sdk/payloads.h"

namespace flowrun {

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
