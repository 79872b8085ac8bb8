#include "verbs/run_folder.h"

#include <fmt/format.h>

#include <cstdio>

#include "cohort/graph_books.h"
#include "cohort/own_file.h"
#include "cohort/run_books.h"
#include "flowrun/host/case_record.h"
#include "flowrun/host/trace.h"
#include "terminal/text_layout.h"

namespace flowrun {

void refuse_own_links(const RunCommand& command, const PreparedRun& prepared) {
  std::vector<std::filesystem::path> own = own_paths(command.out, prepared.shard, prepared.word);
  for (const Case& one : prepared.list.cases) {
    own.push_back(case_record_file(command.out, one.name, prepared.word));
    own.push_back(std::filesystem::path(command.out) / replay_folder(one.name, prepared.word));
    own.push_back(std::filesystem::path(command.out) / earlier_folder(one.name, prepared.word));
  }
  refuse_links(own);
}

void say_other_graphs(const RunCommand& command, const std::string& word) {
  for (const std::string& graph : command.quiet ? std::vector<std::string>() : other_graphs(command.out, word))
    fmt::print(stderr, "flowrun: '{}' has results of graph '{}' too; their records stay\n", printable(command.out),
               printable(graph));
}

void clean_folder(const RunCommand& command, const PreparedRun& prepared, const RunLock& lock) {
  const std::size_t removed =
      remove_leftovers(*prepared.graph, prepared.list.cases, command.out, lock.earlier_owner(), prepared.word);
  if (removed > 0 && !command.quiet)
    fmt::print(stderr, "flowrun: removed {} that a run which did not end had left\n", count_text(removed, "unfinished file"));
}

void begin_run_records(const RunCommand& command, const PreparedRun& prepared, bool nothing_to_run) {
  std::error_code unused;
  if (!nothing_to_run) std::filesystem::remove(books_of_run(command.out, prepared.shard, prepared.word), unused);
  if (prepared.shard.is_whole()) return;
  const std::filesystem::path record = std::filesystem::path(command.out) / run_record_name(prepared.shard, prepared.word);
  if (!nothing_to_run) std::filesystem::remove(record, unused);
  else if (!std::filesystem::exists(record, unused)) write_run_record(record, *prepared.graph, {}, command.out, {});
}

CohortPaths paths_of(const RunCommand& command, const PreparedRun& prepared) {
  const Shard& shard = prepared.shard;
  const std::string& word = prepared.word;
  const std::filesystem::path out = command.out;
  const std::string stem = word.empty() ? "cases" : "flowrun-cases";
  if (!shard.is_whole()) return {out / with_words(stem, ".csv", shard, word), ""};
  const auto say = [](const std::string& sentence) { fmt::print(stderr, "flowrun: warning: {}\n", printable(sentence)); };
  return cohort_paths(out, !command.no_report, say, word);
}

}  // namespace flowrun
