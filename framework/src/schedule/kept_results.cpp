#include "schedule/kept_results.h"

#include "schedule/tracing.h"

namespace flowrun::schedule {
namespace {

void add_note(CaseItem& item, std::size_t node, const NodeNote& note) {
  for (const auto& [name, value] : note.reports) item.reports[{node, name}] = ExactSum(value);
  for (const std::string& sentence : note.warnings) item.warnings.emplace_back(node, sentence);
  if (note.left_out) item.left_out.try_emplace(node, *note.left_out);
}

NodeNote note_of(CaseItem& item, std::size_t node) {
  NodeNote note;
  const std::lock_guard lock(item.mutex);
  for (auto report = item.reports.lower_bound({node, ""}); report != item.reports.end() && report->first.first == node; ++report)
    note.reports.emplace_back(report->first.second, report->second.value());
  for (const auto& [of, sentence] : item.warnings)
    if (of == node) note.warnings.push_back(sentence);
  if (const auto left_out = item.left_out.find(node); left_out != item.left_out.end()) note.left_out = left_out->second;
  return note;
}

}  // namespace

void use_kept_results(const RunState& state, CaseItem& item) {
  item.kept = state.options.results->find(item.spec);
  if (state.options.trace) trace_kept(state, item);
  const std::lock_guard lock(item.mutex);
  for (const auto& [node, note] : item.kept.notes) add_note(item, node, note);
  if (!item.kept.uses.empty()) item.uses = item.kept.uses.data();
}

void take_kept(RunState& state, const PlannedNode& node, CaseItem& item, PayloadList& outputs) {
  outputs.resize(node.outputs.size());
  auto& kept = item.kept.loaded.at(node.index).outputs;
  for (std::size_t port = 0; port < kept.size(); ++port)
    outputs[port] = state.account.adopt(std::move(kept[port]), item.ledger->account);
}

void offer_result(RunState& state, const PlannedNode& node, Item& item, const PayloadList& outputs) {
  if (!state.options.results || item.scope != Scope::per_case) return;
  CaseItem& of = *case_of(item);
  if (node.makes_table) Findings::report_tables(node, item, outputs);  // they belong to what the node reports
  if (tls_handoff) tls_handoff->clock.pause();
  state.options.results->keep({.node = node.index,
                               .state = of.kept.state,
                               .outputs = {outputs.data(), node.outputs.size()},
                               .note_of = [&of](std::size_t index) { return note_of(of, index); },
                               .seconds_of = [&of](std::size_t index) { return of.ledger->counts.seconds(index); }});
  if (tls_handoff) tls_handoff->clock.resume();
}

}  // namespace flowrun::schedule
