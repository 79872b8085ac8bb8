#include "case_order.h"

#include <fstream>

#include "flowrun/sdk/atomic_file.h"

namespace flowrun {
namespace {

constexpr std::size_t kLongestName = 1000;  // longer than any case's
constexpr std::size_t kMostNames = 10'000'000;

std::filesystem::path order_file(const std::filesystem::path& out) { return out / "flowrun" / "cases.txt"; }

}  // namespace

void write_case_order(const std::filesystem::path& out, const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += name + "\n";
  write_atomically(order_file(out), text);
}

std::vector<std::string> read_case_order(const std::filesystem::path& out) {
  std::vector<std::string> names;
  std::ifstream stream(order_file(out), std::ios::binary);
  for (std::string name; names.size() < kMostNames && std::getline(stream, name);)
    if (!name.empty() && name.size() <= kLongestName) names.push_back(std::move(name));
  return names;
}

}  // namespace flowrun
