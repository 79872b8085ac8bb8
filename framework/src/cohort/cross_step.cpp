#include "flowrun/host/crossval.h"

#include <fstream>
#include <map>

#include "cohort/case_choice.h"
#include "cohort/case_list.h"
#include "cohort/folds.h"
#include "cohort/graph_books.h"
#include "cohort/output_folder.h"
#include "flowrun/host/graph_check.h"
#include "flowrun/host/own_file.h"
#include "flowrun/sdk/atomic_file.h"
#include "flowrun/sdk/error.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// What --resume would say of a step: nothing where nothing is to be run.
std::vector<std::string> changes_in(const CohortRequest& run, const std::string& table, const Registry& registry) {
  Diagnostics faults;
  const CheckedGraph checked = check_graph(run.graph, run.settings, registry, faults);
  if (!checked.graph) return {faults.all().empty() ? "its graph cannot be used" : faults.all().front().message};
  if (text_of(run.cases.front()) != table) return {"the table of its cases changed"};
  CaseList list = collect_cases(run, checked.spec.get(), faults);
  check_case_list(*checked.graph, list, run, run.out, faults);
  if (faults.has_errors())
    for (const Diagnostic& fault : faults.all())
      if (fault.severity == Severity::error) return {fault.message};
  CaseRecorder recorder(checked.graph, run.out, {FLOWRUN_VERSION, run.device});
  const ResumePlan plan =
      plan_resume(*checked.graph, recorder, list.cases, run.out, {}, graph_word(run.out, checked.graph->name));
  std::vector<std::string> changes;
  for (const ResumePlan::Reason& reason : plan.reasons) changes.push_back(reason.text);
  if (changes.empty() && !plan.nothing_to_run()) changes.push_back("records of its cases are missing");
  return changes;
}

}  // namespace

StepRun::StepRun(const CrossvalRequest& request, const PreparedCrossval& prepared, const Fold& fold, std::size_t index)
    : prepared_(prepared), step_(prepared.plan.steps[index]), folder_(fs::absolute(fs::path(request.out) / fold.name)) {
  Diagnostics faults;  // none: checked before
  run_.graph = step_.graph.string();
  run_.settings = step_settings(step_, fold, folder_, faults);
  run_.cases = {(folder_ / (step_.name + "_cases.csv")).string()};
  run_.out = (folder_ / step_.out).string();
  run_.threads = request.threads;
  run_.resume = true;  // a step that was interrupted continues, and what has not changed is not made again
  table_ = step_table(step_, fold, folder_, prepared.inputs[index], faults);
}

void StepRun::refuse_own_links() const { refuse_links({folder_, done_file(), run_.cases.front()}); }

bool StepRun::ended_before() const {
  std::error_code unknown;
  return fs::exists(done_file(), unknown);
}

StepRun::State StepRun::state() const {
  refuse_own_links();
  if (!ended_before()) return {};
  const std::vector<std::string> changes = changes_in(run_, table_, prepared_.registry);
  return {changes.empty(), changes};
}

const CohortRequest& StepRun::begin() const {
  prepare_folder(folder_, "--out");
  refuse_own_links();
  std::error_code unused;
  fs::remove(done_file(), unused);
  write_atomically(run_.cases.front(), table_);
  return run_;
}

void StepRun::note_end() const { write_atomically(done_file(), "done\n"); }

std::vector<fs::path> StepRun::outputs() const {
  Diagnostics faults;
  const CheckedGraph checked = check_graph(run_.graph, run_.settings, prepared_.registry, faults);
  std::vector<fs::path> files;
  if (!checked.graph) return files;
  const std::string word = graph_word(run_.out, checked.graph->name);
  std::vector<CaseRecord> records = read_case_records(run_.out, word).records;
  std::error_code unknown;
  if (const fs::path of_run = books_of_run(run_.out, {}, word); fs::exists(of_run, unknown))
    records.push_back(read_case_record(of_run));
  for (const CaseRecord& record : records)
    for (const OutputFile& output : record.outputs)
      files.push_back(fs::weakly_canonical(fs::path(run_.out) / output.file.path, unknown));
  return files;
}

}  // namespace flowrun
