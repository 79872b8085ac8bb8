#include "cohort/graph_books.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>

#include "flowrun/host/case_record.h"
#include "flowrun/host/crash_record.h"
#include "flowrun/host/own_file.h"
#include "flowrun/host/validated_graph.h"
#include "flowrun/sdk/atomic_file.h"
#include "flowrun/sdk/error.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestName = 4096;
constexpr std::size_t kLongestWord = 60;
constexpr std::string_view kRecords = "cases.";

fs::path first_file(const fs::path& out) { return out / "flowrun" / "graph"; }

/// Eight digits of a text's FNV-1a hash.
std::string digits_of(const std::string& text) {
  std::uint32_t hash = 2166136261U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return fmt::format("{:08x}", hash);
}

/// A graph's name made fit for file names; two names never give one word. No word looks like a shard's.
std::string word_of(const std::string& graph) {
  if (case_name_fault(graph).empty() && graph.size() <= kLongestWord && !graph.starts_with("shard-") && !graph.starts_with("g_"))
    return graph;
  std::string word = graph.substr(0, kLongestWord);
  for (char& c : word)
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  return "g_" + word + "-" + digits_of(graph);
}

std::vector<fs::path> records_in(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code failed;
  for (auto entry = fs::directory_iterator(folder, failed); !failed && entry != fs::directory_iterator(); entry.increment(failed))
    if (entry->path().extension() == ".json" && entry->path().filename().string().front() != '.') files.push_back(entry->path());
  std::sort(files.begin(), files.end());
  return files;
}

/// The graph of the first record that can be read; empty: there is none.
std::string graph_in(const fs::path& folder) {
  for (const fs::path& file : records_in(folder)) {
    try {
      return read_case_record(file).graph;
    } catch (const Error&) {  // --resume and merge report such
    }
  }
  return "";
}

/// What the folder itself says; else, of a folder that an older flowrun wrote, what its records say.
std::string first_graph(const fs::path& out) {
  std::string name = OwnFile(first_file(out), O_RDONLY).text(kLongestName);
  name = name.substr(0, name.find('\n'));
  return name.empty() ? graph_in(case_records_folder(out)) : name;
}

std::string plain(std::string graph) {
  std::replace(graph.begin(), graph.end(), '\n', ' ');
  return graph.substr(0, kLongestName - 1);
}

}  // namespace

std::string graph_word(const fs::path& out, const std::string& graph) {
  const std::string first = first_graph(out);
  return first.empty() || first == plain(graph) ? "" : word_of(graph);
}

std::string claim_graph_word(const fs::path& out, const std::string& graph) {
  const fs::path path = first_file(out);
  const OwnFile file(path, O_RDWR | O_CREAT);
  if (file.number() < 0) throw Error(write_failure(path, errno));
  if (::flock(file.number(), LOCK_EX) != 0)
    throw Error(fmt::format("'{}' cannot be locked: {}", path.string(), std::generic_category().message(errno)));
  if (file.text(1).empty()) {
    const std::string older = graph_in(case_records_folder(out));
    const std::string line = (older.empty() ? plain(graph) : plain(older)) + "\n";
    if (::pwrite(file.number(), line.data(), line.size(), 0) != static_cast<ssize_t>(line.size()))
      throw Error(write_failure(path, errno));
  }
  return graph_word(out, graph);
}

std::vector<std::string> graph_words(const fs::path& out) {
  std::vector<std::string> words;
  std::error_code failed;
  for (auto entry = fs::directory_iterator(out / "flowrun", failed); !failed && entry != fs::directory_iterator();
       entry.increment(failed)) {
    const std::string name = entry->path().filename().string();
    std::error_code unknown;
    if (name == "cases" || !name.starts_with(kRecords) || !entry->is_directory(unknown) || entry->is_symlink(unknown)) continue;
    words.push_back(name.substr(kRecords.size()));
  }
  std::sort(words.begin(), words.end());
  words.insert(words.begin(), "");
  return words;
}

std::vector<std::string> other_graphs(const fs::path& out, const std::string& word) {
  std::vector<std::string> names;
  for (const std::string& other : graph_words(out))
    if (const std::string name = other == word ? "" : graph_in(case_records_folder(out, other)); !name.empty())
      names.push_back(name);
  return names;
}

std::string replay_folder(const std::string& name, const std::string& word) {
  return (word.empty() ? "flowrun/replay/" : "flowrun/replay." + word + "/") + name;
}

std::string earlier_folder(const std::string& name, const std::string& word) {
  const std::string folder = word.empty() ? "flowrun/earlier/" : "flowrun/earlier." + word + "/";
  return folder + (name.empty() ? "run" : "cases/" + name);
}

std::vector<fs::path> own_paths(const fs::path& out, const Shard& shard, const std::string& word) {
  const fs::path books = out / "flowrun";
  const auto named = [&](const std::string& stem) { return word.empty() ? stem : stem + "." + word; };
  return {books,
          books / "graph",
          books / "lock",
          books / named("shards"),
          books / (named("cases") + ".txt"),
          case_records_folder(out, word),
          books / named("replay"),
          books / named("items"),
          books / with_words("collect", ".json", shard, word),
          books / "replaced",
          books / named("earlier"),
          books / named("earlier") / "cases",
          out / earlier_folder("", word),
          books_of_run(out, shard, word),
          out / run_record_name(shard, word),
          out / "cases.csv",
          out / "report.html",
          out / "flowrun-cases.csv",
          out / "flowrun-report.html",
          out / "flowrun" / crash_folder(word),
          out / with_words("cases", ".csv", shard, ""),
          out / with_words("flowrun-cases", ".csv", shard, word),
          out / with_words("flowrun-report", ".html", {}, word)};
}

}  // namespace flowrun
