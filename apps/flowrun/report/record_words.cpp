#include "report/record_words.h"

#include <algorithm>

namespace flowrun {

std::vector<std::string> record_words(const std::filesystem::path& out) {
  namespace fs = std::filesystem;
  std::vector<std::string> words;
  std::error_code failed;
  for (auto entry = fs::directory_iterator(out / "flowrun", failed); !failed && entry != fs::directory_iterator();
       entry.increment(failed)) {
    const std::string name = entry->path().filename().string();
    if ((name == "cases" || name.starts_with("cases.")) && fs::is_directory(entry->symlink_status(failed)))
      words.push_back(name == "cases" ? "" : name.substr(6));
  }
  std::sort(words.begin(), words.end());
  return words;
}

}  // namespace flowrun
