#include "cohort/cohort_files.h"

#include <algorithm>
#include <chrono>
#include <set>

#include "cohort/say.h"
#include "cohort/shard.h"
#include "flowrun/host/file_content.h"
#include "flowrun/sdk/atomic_file.h"
#include "flowrun/sdk/error.h"

namespace flowrun {
namespace {

constexpr auto kFirstPage = std::chrono::seconds(5);
constexpr auto kBetweenPages = std::chrono::seconds(60);

/// Whether the file is not there, is empty, or begins as those that flowrun makes.
bool is_ours(const std::filesystem::path& file, std::string_view beginning) {
  try {
    const std::string found = read_plain_file(file, beginning.size());
    return found.empty() || found == beginning;
  } catch (const Error&) {
    std::error_code unknown;
    return !std::filesystem::exists(std::filesystem::symlink_status(file, unknown));
  }
}

std::filesystem::path own_file(const std::filesystem::path& out, const std::string& name, std::string_view beginning,
                               const CohortEvents& events) {
  if (is_ours(out / name, beginning)) return out / name;
  const std::string instead = "flowrun-" + name;
  say(events, Weight::warning,
      "'" + (out / name).string() + "' was not made by flowrun and stays as it is; this run writes '" + instead + "'");
  return out / instead;
}

}  // namespace

CohortPaths cohort_paths(const std::filesystem::path& out, const CohortEvents& events, const std::string& word) {
  const bool page = static_cast<bool>(events.page.write);
  CohortPaths paths;
  if (!word.empty()) {
    paths.table = out / with_words("flowrun-cases", ".csv", {}, word);
    if (page) paths.page = out / with_words("flowrun-report", ".html", {}, word);
    return paths;
  }
  paths.table = own_file(out, "cases.csv", kTableBeginning, events);
  if (page) paths.page = own_file(out, "report.html", events.page.beginning, events);
  return paths;
}

CohortFiles::CohortFiles(CohortPaths paths, const CohortEvents& events, std::vector<std::pair<std::string, std::string>> columns)
    : paths_(std::move(paths)), events_(events), columns_(std::move(columns)), table_(paths_.table) {}

void CohortFiles::know(const CaseRecord& record) {
  report_.add(record);
  known_.push_back(row_of(record, columns_));
}

/// One after the other: whole records are large.
void CohortFiles::know_earlier(const std::filesystem::path& out, const std::string& graph,
                               const std::vector<std::string>& but_not, const std::string& word) {
  std::error_code failed;
  std::set<std::filesystem::path> files;
  for (auto entry = std::filesystem::directory_iterator(case_records_folder(out, word), failed);
       !failed && entry != std::filesystem::directory_iterator(); entry.increment(failed))
    if (entry->path().extension() == ".json" && !entry->is_symlink(failed)) files.insert(entry->path());
  for (const std::string& name : but_not) files.erase(case_record_file(out, name, word));
  for (const std::filesystem::path& file : files) {
    try {
      const CaseRecord record = read_case_record(file);
      if (record.graph == graph && file == case_record_file(out, record.name, word)) know(record);
    } catch (const Error&) {  // --resume reports such
    }
  }
}

void CohortFiles::start(std::size_t to_come) {
  cases_ = known_.size() + to_come;
  attempt([&] { table_.start(std::move(known_)); });
  if (!paths_.page.empty()) pages_ = std::jthread([this](std::stop_token ended) { write_pages(ended); });
}

CohortFiles::~CohortFiles() = default;

bool CohortFiles::attempt(const std::function<void()>& write) {
  try {
    write();
    return true;
  } catch (const std::exception& error) {
    if (said_ != error.what()) say(events_, Weight::notice, error.what());
    said_ = error.what();
    return false;
  }
}

void CohortFiles::add(const CaseRecord& record) {
  const std::lock_guard lock(mutex_);
  report_.add(record);
  changed_ = true;
  attempt([&] { table_.add(row_of(record, columns_)); });
}

/// Rows and report are copied, so that no case waits for a page.
void CohortFiles::write_pages(std::stop_token ended) {
  std::unique_lock lock(mutex_);
  auto pause = kFirstPage;
  while (!wake_.wait_for(lock, ended, pause, [] { return false; }) && !ended.stop_requested()) {
    if (!std::exchange(changed_, false)) continue;
    pause = kBetweenPages;
    RunFacts facts;
    facts.running = true;
    facts.cases = cases_;
    facts.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
    const RunReport report = report_;
    const std::vector<CaseRow> rows = table_.rows();
    lock.unlock();
    std::string failure;
    try {
      events_.page.write(paths_.page, report, rows, facts);
    } catch (const std::exception& error) {
      failure = error.what();
    }
    lock.lock();
    if (!failure.empty()) attempt([&] { throw Error(failure); });
  }
}

/// A column that stays empty is more often a figure that is written wrong than one that no case has.
static void say_empty_columns(const std::vector<CaseRow>& rows, const std::vector<std::pair<std::string, std::string>>& columns,
                              const CohortEvents& events) {
  const auto done = [](const CaseRow& row) { return row.status == CaseStatus::done; };
  if (std::none_of(rows.begin(), rows.end(), done)) return;
  for (const auto& [name, figure] : columns)
    if (std::none_of(rows.begin(), rows.end(), [&](const CaseRow& row) { return done(row) && figure_at(row, name); }))
      say(events, Weight::warning,
          "column '" + name + "' is empty: no case that is done reported '" + figure +
              "'; its summary lists the figures that there are");
}

bool CohortFiles::finish(const std::vector<std::string>& case_order, RunFacts facts) {
  pages_.request_stop();
  if (pages_.joinable()) pages_.join();
  const std::lock_guard lock(mutex_);
  said_.clear();
  facts.cases = cases_;
  if (const std::string mixture = report_.mixture_text(); !mixture.empty()) say(events_, Weight::warning, mixture);
  const bool table = attempt([&] { table_.finish(case_order); });
  say_empty_columns(table_.rows(), columns_, events_);
  return (paths_.page.empty() || attempt([&] { events_.page.write(paths_.page, report_, table_.rows(), facts); })) && table;
}

void write_cohort_files(const CohortPaths& paths, const std::vector<CaseRecord>& records, const RunFacts& facts,
                        const CohortEvents& events) {
  RunReport report;
  std::vector<CaseRow> rows;
  for (const CaseRecord& record : records) {
    report.add(record);
    rows.push_back(row_of(record));
  }
  if (!paths.table.empty()) write_atomically(paths.table, cases_csv_text(rows));
  if (!paths.page.empty()) events.page.write(paths.page, report, rows, facts);
  if (const std::string mixture = report.mixture_text(); !mixture.empty()) say(events, Weight::warning, mixture);
}

}  // namespace flowrun
