#include "case_order.h"

#include <fstream>
#include <set>

#include "flowrun/host/validated_graph.h"
#include "flowrun/sdk/atomic_file.h"

namespace flowrun {
namespace {

constexpr std::size_t kMostNames = 1'000'000;

std::filesystem::path order_file(const std::filesystem::path& out, const std::string& word) {
  return out / "flowrun" / (word.empty() ? "cases.txt" : "cases." + word + ".txt");
}

}  // namespace

void write_case_order(const std::filesystem::path& out, const std::vector<std::string>& names, const std::string& word) {
  std::string text;
  for (const std::string& name : names) text += name + "\n";
  write_atomically(order_file(out, word), text);
}

std::vector<std::string> read_case_order(const std::filesystem::path& out, const std::string& word) {
  std::vector<std::string> names;
  std::ifstream stream(order_file(out, word), std::ios::binary);
  std::set<std::string> seen;
  for (std::string name; names.size() < kMostNames && std::getline(stream, name);)
    if (case_name_fault(name).empty() && seen.insert(name).second) names.push_back(std::move(name));
  return names;
}

}  // namespace flowrun
