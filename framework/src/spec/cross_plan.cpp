#include "flowrun/host/cross_plan.h"

#include <algorithm>
#include <fstream>

#include "spec/graph_file.h"
#include "spec/object_reader.h"
#include "spec/read_parts.h"

namespace flowrun {
namespace {

using spec::ObjectReader;
using spec::Source;

constexpr int kFormat = 1;

/// A value as --set takes it: text as it is, lists with commas.
std::optional<std::string> setting_text(const json::Value& value) {
  if (value.is(json::Kind::string)) return value.text();
  if (value.is(json::Kind::object) || value.is(json::Kind::null)) return std::nullopt;
  if (!value.is(json::Kind::array)) return json::write_line(value);
  std::string text;
  for (const json::Value& item : value.items()) {
    const auto part = item.is(json::Kind::array) ? std::nullopt : setting_text(item);
    if (!part) return std::nullopt;
    text += (text.empty() ? "" : ",") + *part;
  }
  return text;
}

std::vector<std::pair<std::string, std::string>> read_pairs(Source& source, ObjectReader& reader, const char* name) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const json::Member& member : reader.members(name)) {
    std::optional<std::string> text = setting_text(member.value);
    if (!text) {
      reader.error(source.place(member.value), "'" + member.name + "' in '" + name +
                                                   "': expected text, a number, true, false or a list, found " +
                                                   spec::found_words(member.value));
      continue;
    }
    while (!text->empty() && text->back() == '\n') text->pop_back();
    pairs.emplace_back(member.name, *text);
  }
  return pairs;
}

CrossStep read_step(Source& source, const json::Value& value, std::size_t index, const std::filesystem::path& folder) {
  ObjectReader reader(source, value, "step " + std::to_string(index + 1));
  CrossStep step;
  step.place = source.place(value);
  step.name = reader.text("name").value_or("");
  if (!spec::is_name(step.name, true)) reader.error(step.place, "it needs a 'name' of letters, digits, '_' and '-'");
  if (const auto graph = reader.text("graph")) step.graph = folder / *graph;
  else reader.error(step.place, "it does not say its 'graph', a graph file");
  const std::string cases = reader.text("cases").value_or("");
  if (cases != "train" && cases != "test")
    reader.error(step.place, "'cases' takes train or test" + did_you_mean(cases, {"train", "test"}));
  step.trains = cases == "train";
  step.out = reader.text("out").value_or(step.name);
  step.settings = read_pairs(source, reader, "set");
  step.inputs = read_pairs(source, reader, "in");
  reader.finish();
  return step;
}

bool format_fits(Source& source, ObjectReader& reader, const json::Value& root) {
  const json::Value* format = reader.find("format");
  if (format && format->is(json::Kind::integer) && format->integer() == kFormat) return true;
  reader.error(source.place(format ? *format : root), "'format' takes " + std::to_string(kFormat) + ", found " +
                                                          (format ? spec::found_words(*format) : std::string("none")));
  return false;
}

CrossPlan read_plan(Source& source, const json::Value& root, const std::filesystem::path& file) {
  ObjectReader reader(source, root, "the plan");
  CrossPlan plan;
  plan.file = file;
  if (!root.is(json::Kind::object) || !format_fits(source, reader, root)) return plan;
  reader.find("$schema");
  plan.name = reader.text("name").value_or(file.stem().string());
  plan.summary = reader.text("summary").value_or("");
  plan.folds = reader.count("folds", 2).value_or(0);
  plan.measures = reader.text("measures").value_or("");
  plan.show = reader.texts("show");
  const json::Value* steps = reader.find("steps");
  reader.finish();
  if (!steps || !steps->is(json::Kind::array) || steps->items().empty()) {
    reader.error(source.place(steps ? *steps : root), "it needs 'steps', a list of graph runs");
    return plan;
  }
  for (const json::Value& step : steps->items())
    plan.steps.push_back(read_step(source, step, plan.steps.size(), file.parent_path()));
  for (std::size_t i = 0; i < plan.steps.size(); ++i)
    for (std::size_t k = 0; k < i; ++k)
      if (plan.steps[i].name == plan.steps[k].name)
        reader.error(plan.steps[i].place, "two steps have the name '" + plan.steps[i].name + "'");
  if (plan.measures.empty()) reader.error(source.place(root), "it does not say its 'measures', the table that a fold ends with");
  return plan;
}

}  // namespace

std::optional<CrossPlan> load_cross_plan(const std::filesystem::path& file, Diagnostics& faults) {
  if (const std::string fault = spec::file_fault(file, "a plan"); !fault.empty()) {
    faults.error({file.string(), 0, 0}, "the file " + fault);
    return std::nullopt;
  }
  std::ifstream stream(file, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  if (!stream.is_open() || stream.bad()) {
    faults.error({file.string(), 0, 0}, "the plan cannot be read");
    return std::nullopt;
  }
  const auto root = json::parse(text, file.string(), faults);
  if (!root) return std::nullopt;
  Source source{file.string(), faults};
  return read_plan(source, *root, file);
}

}  // namespace flowrun
