#include "verbs/cross_step.h"

#include <fstream>
#include <map>

#include "cohort/case_choice.h"
#include "cohort/graph_books.h"
#include "cohort/graph_check.h"
#include "cohort/own_file.h"
#include "flowrun/sdk/atomic_file.h"
#include "flowrun/sdk/error.h"
#include "report/run_plan.h"
#include "system/exit_status.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// What --resume would say of a step: nothing where nothing is to be run.
std::vector<std::string> changes_in(const RunCommand& run, const std::string& table, const Registry& registry) {
  Faults faults;
  const CheckedGraph checked = check_graph(run.graph, run.settings, registry, faults);
  if (!checked.graph) return {faults.all().empty() ? "its graph cannot be used" : faults.all().front().message};
  if (text_of(run.cases.front()) != table) return {"the table of its cases changed"};
  CaseSource source;
  source.cases = run.cases;
  CaseList list = collect_cases(source, checked.spec.get(), faults);
  check_case_list(*checked.graph, list, run.out, faults);
  if (faults.has_errors())
    for (const Fault& fault : faults.all())
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

StepRun::StepRun(const CrossvalCommand& command, const PreparedCrossval& prepared, const Fold& fold, std::size_t index)
    : prepared_(prepared), step_(prepared.plan.steps[index]), folder_(fs::absolute(fs::path(command.out) / fold.name)) {
  Faults faults;  // none: checked before
  run_.graph = step_.graph.string();
  run_.settings = step_settings(step_, fold, folder_, faults);
  run_.cases = {(folder_ / (step_.name + "_cases.csv")).string()};
  run_.out = (folder_ / step_.out).string();
  run_.threads = command.threads;
  run_.plugin_paths = command.plugin_paths;
  run_.quiet = command.quiet;
  run_.where = "fold " + fold.name + ", step " + step_.name + ": ";
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

/// The note of its end goes first: a run that is killed must not be taken for one that ended.
int StepRun::execute(Interrupts& interrupts) const {
  prepare_folder(folder_, "--out");
  refuse_own_links();
  std::error_code unused;
  fs::remove(done_file(), unused);
  write_atomically(run_.cases.front(), table_);
  const int status = run(run_, interrupts);
  if (status == kAllDone) write_atomically(done_file(), "done\n");
  return status;
}

std::vector<fs::path> StepRun::outputs() const {
  Faults faults;
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
