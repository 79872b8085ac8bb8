#include "epoch_log.h"

#include <cerrno>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <ios>

#include "flowrun/sdk/atomic_file.h"
#include "flowrun/sdk/terminal_lines.h"

namespace flowrun::train {
namespace {

/// 65 and 60 are "1 min 05 s".
std::string in_two(long long value, long long each, const char* large, const char* small) {
  char text[64];
  std::snprintf(text, sizeof text, "%lld %s %02lld %s", value / each, large, value % each, small);
  return text;
}

/// " (none 0.98, CSF 0.9, grey matter 0.72)": all, also a background that is not in the mean.
std::string by_class_words(const std::vector<double>& dice, const std::vector<std::string>& classes) {
  std::string text;
  for (std::size_t i = 0; i < dice.size(); ++i)
    text += (i > 0 ? ", " : " (") + (i < classes.size() ? classes[i] : std::to_string(i)) + " " +
            (std::isnan(dice[i]) ? "absent" : four_digits(dice[i]));
  return text.empty() ? text : text + ")";
}

}  // namespace

std::string four_digits(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

std::string duration_words(double seconds) {
  const auto whole = static_cast<long long>(std::llround(std::max(0.0, std::min(seconds, 1e12))));
  if (whole < 60) return std::to_string(whole) + " s";
  return whole < 3600 ? in_two(whole, 60, "min", "s") : in_two(whole / 60, 60, "h", "min");
}

std::string begin_line(const Examples& examples, const Split& split, std::int64_t steps, std::int64_t batch) {
  const std::string word = examples.word();
  const std::size_t cases = split.validation_cases.size(), judged = split.validation.size();
  const std::string of_cases = cases == 0 ? "" : " of " + std::to_string(cases) + (cases == 1 ? " case" : " cases");
  return "training on " + std::to_string(split.training.size()) + " " + word +
         (judged == 0 ? ", without validation"
                      : ", validated on " + std::to_string(judged) + " " + examples.validation_word() + of_cases) +
         "; " + std::to_string(steps) + " steps of " + std::to_string(batch) + " " + word + " are an epoch";
}

std::string figures_line(const Progress& progress, std::size_t index, const std::vector<std::string>& classes,
                         std::int64_t epochs) {
  const EpochFigures& row = progress.curve[index];
  std::string text = "epoch " + std::to_string(row.epoch);
  text += row.epoch == 0 ? " (the model to start with)" : " of " + std::to_string(epochs);
  const char* between = ": ";
  const auto add = [&](const char* name, double value) {
    if (std::isnan(value)) return;
    text.append(between).append(name).append(" ").append(four_digits(value));
    between = ", ";
  };
  add("training loss", row.training_loss);
  add("validation loss", row.validation_loss);
  const std::vector<double> by_class = class_dice_of(progress, index);
  add(by_class.empty() ? "Dice" : "mean Dice", row.validation_dice);
  if (!std::isnan(row.validation_dice)) text += by_class_words(by_class, classes);
  return text;
}

std::string epoch_line(const Progress& progress, const std::vector<std::string>& classes, std::int64_t epochs,
                       double seconds_left) {
  std::string text = figures_line(progress, progress.curve.size() - 1, classes, epochs);
  if (!progress.best.empty()) {
    text += "; best so far: epoch " + std::to_string(progress.best_epoch) + " (loss " + four_digits(progress.best_loss);
    const EpochFigures* const best = best_figures(progress);
    text += best && !std::isnan(best->validation_dice) ? ", Dice " + four_digits(best->validation_dice) + ")" : ")";
  }
  if (progress.curve.back().epoch > 0) text += "; at most " + duration_words(seconds_left) + " left";
  return text;
}

void EpochLog::resume(Context& context, const std::string& line, const std::vector<std::string>& earlier) {
  std::error_code ignored;
  if (!path_.empty() && !std::filesystem::exists(path_, ignored)) {
    std::string all;
    for (const std::string& one : earlier) all += one + '\n';
    print_line(context, line);
    return write_file(context, all + line, true);
  }
  write(context, line, false);
}

void EpochLog::write(Context& context, const std::string& line, bool from_start) {
  print_line(context, line);
  write_file(context, line, from_start);
}

void EpochLog::write_file(Context& context, const std::string& line, bool from_start) {
  if (path_.empty()) return;
  std::error_code ignored;
  if (const auto folder = std::filesystem::path(path_).parent_path(); from_start && !folder.empty())
    std::filesystem::create_directories(folder, ignored);
  errno = 0;
  std::ofstream file(path_, from_start ? std::ios::trunc : std::ios::app);
  file << line << '\n' << std::flush;
  if (file || failed_) return;
  failed_ = true;
  context.warn("the log of the epochs could not be written: " + write_failure(path_, errno));
}

}  // namespace flowrun::train
