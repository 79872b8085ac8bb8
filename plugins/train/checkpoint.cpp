#include "checkpoint.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <type_traits>

#include "flowrun/sdk/atomic_file.h"
#include "flowrun/sdk/error.h"
#include "random_order.h"

namespace flowrun::train {
namespace {

constexpr std::string_view kMark = "flowrun-checkpoint/1\n";

/// Numbers one after the other, in the machine's own format: a training continues on the kind of machine that began it.
class Writer {
 public:
  template <class T>
  void add(const T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  template <class T>
  void add_all(const std::vector<T>& values) {
    static_assert(std::is_trivially_copyable_v<T>);
    add(static_cast<std::uint64_t>(values.size()));
    bytes_.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
  }
  std::string& bytes() { return bytes_; }

 private:
  std::string bytes_{kMark};
};

class Reader {
 public:
  Reader(std::string_view bytes, std::string path) : bytes_(bytes), path_(std::move(path)) {}

  [[noreturn]] void refuse() const {
    throw Error("the checkpoint '" + path_ +
                "' is damaged or cut short; remove it to train from the beginning, or bring back a copy");
  }
  template <class T>
  void take(T& value) {
    if (bytes_.size() < sizeof value) refuse();
    std::memcpy(&value, bytes_.data(), sizeof value);
    bytes_.remove_prefix(sizeof value);
  }
  template <class T>
  void take_all(std::vector<T>& values) {
    std::uint64_t count = 0;
    take(count);
    if (count > bytes_.size() / sizeof(T)) refuse();
    values.resize(count);
    if (count > 0) std::memcpy(values.data(), bytes_.data(), count * sizeof(T));  // of no bytes data() may be null
    bytes_.remove_prefix(count * sizeof(T));
  }
  bool at_end() const { return bytes_.empty(); }

 private:
  std::string_view bytes_;
  std::string path_;
};

/// The checksum finds accidents; these are the promises on which the training would build with bytes that somebody made.
bool is_sound(const Progress& progress, std::size_t weights) {
  const bool has_start = !progress.curve.empty() && progress.curve.front().epoch == 0;
  const auto fits = [&](const std::vector<float>& values) { return values.size() == weights; };
  return fits(progress.weights) && fits(progress.optimiser.mean) && fits(progress.optimiser.square) &&
         (progress.best.empty() || fits(progress.best)) && progress.optimiser.steps >= 0 && progress.epoch >= 0 &&
         progress.batch >= 0 && progress.best_epoch >= 0 && progress.best_epoch <= progress.epoch &&
         progress.curve.size() == static_cast<std::size_t>(progress.epoch) + (has_start ? 1 : 0) &&
         (progress.class_dice.empty() || (!progress.curve.empty() && progress.class_dice.size() % progress.curve.size() == 0));
}

}  // namespace

std::vector<double> class_dice_of(const Progress& progress, std::size_t row) {
  if (progress.class_dice.empty() || row >= progress.curve.size()) return {};
  const auto classes = static_cast<std::ptrdiff_t>(progress.class_dice.size() / progress.curve.size());
  const auto first = progress.class_dice.begin() + static_cast<std::ptrdiff_t>(row) * classes;
  return {first, first + classes};
}

const EpochFigures* best_figures(const Progress& progress) {
  const auto is_best = [&](const EpochFigures& row) { return row.epoch == progress.best_epoch; };
  const auto found = std::find_if(progress.curve.begin(), progress.curve.end(), is_best);
  return progress.best.empty() || found == progress.curve.end() ? nullptr : &*found;
}

void write_checkpoint(const std::string& path, std::uint64_t fingerprint, const Progress& progress) {
  Writer writer;
  writer.add(fingerprint);
  writer.add_all(progress.weights);
  writer.add(progress.optimiser.steps);
  writer.add_all(progress.optimiser.mean);
  writer.add_all(progress.optimiser.square);
  writer.add(progress.epoch);
  writer.add(progress.batch);
  writer.add(progress.loss_sum);
  writer.add(progress.seconds);
  writer.add_all(progress.best);
  writer.add(progress.best_loss);
  writer.add(progress.best_epoch);
  writer.add_all(progress.curve);
  if (!progress.class_dice.empty()) writer.add_all(progress.class_dice);
  const std::uint64_t sum = hash_of(writer.bytes());
  writer.add(sum);
  write_atomically(path, writer.bytes());
}

bool read_checkpoint(const std::string& path, std::uint64_t fingerprint, Progress& progress) {
  if (!std::filesystem::exists(path)) return false;
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  Reader reader(bytes, path);
  if (!file || !bytes.starts_with(kMark) || bytes.size() < kMark.size() + 2 * sizeof(std::uint64_t)) reader.refuse();
  const std::string_view content(bytes.data(), bytes.size() - sizeof(std::uint64_t));
  std::uint64_t sum = 0, made_for = 0;
  std::memcpy(&sum, bytes.data() + content.size(), sizeof sum);
  if (hash_of(content) != sum) reader.refuse();
  reader = Reader(content.substr(kMark.size()), path);
  reader.take(made_for);
  if (made_for != fingerprint)
    throw OtherCheckpoint("the checkpoint '" + path +
                          "' belongs to other settings, another network, other samples or another build of this plugin");
  const std::size_t weights = progress.weights.size();
  reader.take_all(progress.weights);
  reader.take(progress.optimiser.steps);
  reader.take_all(progress.optimiser.mean);
  reader.take_all(progress.optimiser.square);
  reader.take(progress.epoch);
  reader.take(progress.batch);
  reader.take(progress.loss_sum);
  reader.take(progress.seconds);
  reader.take_all(progress.best);
  reader.take(progress.best_loss);
  reader.take(progress.best_epoch);
  reader.take_all(progress.curve);
  progress.class_dice.clear();
  if (!reader.at_end()) reader.take_all(progress.class_dice);
  if (!reader.at_end() || !is_sound(progress, weights)) reader.refuse();
  return true;
}

}  // namespace flowrun::train
