#include "cohort/case_order.h"

#include <set>
#include <sstream>

#include "flowrun/host/file_content.h"
#include "flowrun/host/validated_graph.h"
#include "flowrun/sdk/atomic_file.h"
#include "flowrun/sdk/error.h"

namespace flowrun {
namespace {

constexpr std::size_t kMostNames = 1'000'000;
constexpr std::size_t kMostBytes = std::size_t{1} << 28;

std::filesystem::path order_file(const std::filesystem::path& out, const std::string& word) {
  return out / "flowrun" / (word.empty() ? "cases.txt" : "cases." + word + ".txt");
}

std::string text_of(const std::filesystem::path& file) {
  try {
    return read_plain_file(file, kMostBytes);
  } catch (const Error&) {  // the records are then in the order of their names
    return "";
  }
}

}  // namespace

void write_case_order(const std::filesystem::path& out, const std::vector<std::string>& names, const std::string& word) {
  std::string text;
  for (const std::string& name : names) text += name + "\n";
  write_atomically(order_file(out, word), text);
}

std::vector<std::string> read_case_order(const std::filesystem::path& out, const std::string& word) {
  std::vector<std::string> names;
  std::istringstream stream(text_of(order_file(out, word)));
  std::set<std::string> seen;
  for (std::string name; names.size() < kMostNames && std::getline(stream, name);)
    if (case_name_fault(name).empty() && seen.insert(name).second) names.push_back(std::move(name));
  return names;
}

}  // namespace flowrun
