#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "checkpoint.h"
#include "examples.h"

namespace flowrun {
class Context;
}

namespace flowrun::train {

/// "training on 48 crops, validated on 36 tiles of 1 case; 24 steps of 2 crops are an epoch".
std::string begin_line(const Examples& examples, const Split& split, std::int64_t steps, std::int64_t batch);

/// "epoch 3 of 20: training loss 0.551, validation loss 0.468, Dice 0.812": a row of the curve.
std::string figures_line(const Progress& progress, std::size_t index, const std::vector<std::string>& classes,
                         std::int64_t epochs);

/// The same of the last row with "; best so far: epoch 3 (loss 0.468, Dice 0.812); at most 4 min 10 s left"; of more than two
/// classes "mean Dice 0.812 (none 0.98, CSF 0.9, grey matter 0.72)". Epoch 0 is the model to start with. `progress` has the row
/// already; `classes` are the names of all classes.
std::string epoch_line(const Progress& progress, const std::vector<std::string>& classes, std::int64_t epochs,
                       double seconds_left);

/// 0.4684
std::string four_digits(double value);

/// "35 s", "4 min 10 s", "2 h 05 min".
std::string duration_words(double seconds);

/// A line for each epoch, on the terminal and in a text file, to look at while the training runs (tail -f). A file that cannot be
/// written is one warning.
class EpochLog {
 public:
  explicit EpochLog(std::string path) : path_(std::move(path)) {}  ///< empty: no file
  /// The first line, in the place of what an earlier training left in the file.
  void begin(Context& context, const std::string& line) { write(context, line, true); }
  /// The first line of a training that continues. Where the file is missing, the lines of its earlier epochs are written too.
  void resume(Context& context, const std::string& line, const std::vector<std::string>& earlier);
  void add(Context& context, const std::string& line) { write(context, line, false); }

 private:
  void write(Context& context, const std::string& line, bool from_start);
  void write_file(Context& context, const std::string& line, bool from_start);
  std::string path_;
  bool failed_ = false;
};

}  // namespace flowrun::train
