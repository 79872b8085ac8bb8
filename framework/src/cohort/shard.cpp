#include "cohort/shard.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdlib>

namespace flowrun {
namespace {

std::optional<int> whole_number(const std::string& text) {
  int number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// The place of a task among those of its job array: 10, 12, 14 with a step of 2 are the first, second and third of three.
Shard slurm_shard(const Environment& environment, Diagnostics& faults) {
  const auto value = [&](const char* name) { return whole_number(environment(name).value_or("")); };
  const auto id = value("SLURM_ARRAY_TASK_ID"), count = value("SLURM_ARRAY_TASK_COUNT"), first = value("SLURM_ARRAY_TASK_MIN"),
             last = value("SLURM_ARRAY_TASK_MAX");
  if (!id || !count || !first || !last || *first < 0 || *last < *first) {
    faults.error(
        {},
        "--shard slurm: this is no task of a Slurm job array (SLURM_ARRAY_TASK_ID, _COUNT, _MIN and _MAX are not all set); "
        "submit with sbatch --array=1-N, or write --shard i/n");
    return {};
  }
  const int steps = *count > 1 ? (*last - *first) / (*count - 1) : 1;
  const int told = value("SLURM_ARRAY_TASK_STEP").value_or(steps);  // 1,3,7 has no step, however its ends may look
  const bool regular = (*count == 1 || told == steps) && *count >= 1 && *count <= kMostShards && steps >= 1 &&
                       *first + steps * (*count - 1) == *last;
  const bool fits = regular && *id >= *first && *id <= *last && (*id - *first) % steps == 0;
  if (fits) return {(*id - *first) / steps + 1, *count};
  faults.error(
      {}, fmt::format(
              "--shard slurm: the tasks of the job array are not evenly numbered (task {}, {} tasks from {} to {}); submit with "
              "sbatch --array=1-{}",
              *id, *count, *first, *last, *count));
  return {};
}

}  // namespace

Environment process_environment() {
  return [](const char* name) -> std::optional<std::string> {
    const char* value = std::getenv(name);
    return value ? std::optional<std::string>(value) : std::nullopt;
  };
}

Shard parse_shard(const std::string& text, const Environment& environment, Diagnostics& faults) {
  if (text.empty()) return {};
  if (text == "slurm") return slurm_shard(environment, faults);
  const std::size_t slash = text.find('/');
  const auto index = whole_number(text.substr(0, slash));
  const auto count = slash == std::string::npos ? std::nullopt : whole_number(text.substr(slash + 1));
  if (index && count && *count >= 1 && *count <= kMostShards && *index >= 1 && *index <= *count) return {*index, *count};
  faults.error(
      {}, fmt::format("--shard takes i/n, such as 1/8 for the first of eight, or slurm in a Slurm job array; not '{}'", text));
  return {};
}

std::set<std::string> names_in(const Shard& shard, const std::vector<std::string>& names) {
  std::set<std::string> chosen;
  for (std::size_t i = static_cast<std::size_t>(shard.index - 1); i < names.size(); i += static_cast<std::size_t>(shard.count))
    chosen.insert(names[i]);
  return chosen;
}

std::string file_word(const Shard& shard) {
  return shard.is_whole() ? "" : fmt::format("shard-{}-of-{}", shard.index, shard.count);
}

std::string with_words(const std::string& stem, const std::string& end, const Shard& shard, const std::string& word) {
  return stem + (word.empty() ? "" : "." + word) + (shard.is_whole() ? "" : "." + file_word(shard)) + end;
}

std::string run_record_name(const Shard& shard, const std::string& word) { return with_words("flowrun-run", ".json", shard, word); }

std::filesystem::path books_of_run(const std::filesystem::path& out, const Shard& shard, const std::string& word) {
  return out / "flowrun" / with_words("run", ".json", shard, word);
}

}  // namespace flowrun
