#include "curve.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "common/picture/canvas.h"
#include "common/picture/png.h"
#include "flowrun/sdk/table_text.h"
#include "flowrun/sdk/atomic_file.h"

namespace flowrun::train {
namespace {

using picture::Canvas;
using picture::Colour;

constexpr Colour kPaper{16, 16, 18}, kGrid{60, 60, 66}, kText{235, 235, 235};
constexpr Colour kTraining{86, 180, 233}, kValidation{255, 176, 0}, kDice{120, 200, 120};
constexpr int kWidth = 900, kHeight = 480, kLeft = 90, kTop = 50, kRight = 80, kBottom = 50;

std::string short_number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", value);
  return text;
}

/// The plot's area: epochs along x, losses from 0 to the largest on the left, Dice from 0 to 1 on the right.
class Plot {
 public:
  Plot(std::int64_t first, std::int64_t last, double largest_loss)
      : canvas_(kWidth, kHeight, kPaper),
        first_(first),
        span_(std::max<std::int64_t>(last - first, 1)),
        largest_(largest_loss > 0 ? largest_loss : 1) {
    for (int i = 0; i <= 4; ++i) {
      const int y = place_y(i / 4.0);
      canvas_.fill(kLeft, y, kWidth - kLeft - kRight, 1, kGrid);
      canvas_.text(8, y - 8, short_number(largest_ * i / 4), kText, 2);
      canvas_.text(kWidth - kRight + 8, y - 8, short_number(i / 4.0), kDice, 2);
    }
    canvas_.text(kLeft, kHeight - 34, "epoch " + std::to_string(first), kText, 2);
    const std::string at_end = std::to_string(last);
    canvas_.text(kWidth - kRight - picture::text_width(at_end, 2), kHeight - 34, at_end, kText, 2);
  }

  void line(const std::vector<EpochFigures>& curve, double EpochFigures::*figure, double largest, Colour colour) {
    int x0 = -1, y0 = 0;
    for (const EpochFigures& row : curve) {
      const double value = row.*figure;
      if (std::isnan(value)) continue;
      const int x = place_x(row.epoch), y = place_y(std::min(value / largest, 1.0));
      segment(x0 < 0 ? x : x0, x0 < 0 ? y : y0, x, y, colour);
      x0 = x, y0 = y;
    }
  }
  void mark(std::int64_t epoch) { canvas_.fill(place_x(epoch), kTop, 1, kHeight - kTop - kBottom, kText); }
  void label(int x, const std::string& words, Colour colour) { canvas_.text(x, 14, words, colour, 2); }
  double largest() const { return largest_; }
  const Canvas& canvas() const { return canvas_; }

 private:
  int place_x(std::int64_t epoch) const {
    return kLeft +
           static_cast<int>(static_cast<double>(epoch - first_) / static_cast<double>(span_) * (kWidth - kLeft - kRight - 1));
  }
  static int place_y(double share) { return kHeight - kBottom - static_cast<int>(share * (kHeight - kTop - kBottom)); }
  void segment(int x0, int y0, int x1, int y1, Colour colour) {
    const int steps = std::max({std::abs(x1 - x0), std::abs(y1 - y0), 1});
    for (int i = 0; i <= steps; ++i) canvas_.fill(x0 + (x1 - x0) * i / steps, y0 + (y1 - y0) * i / steps, 2, 2, colour);
  }

  Canvas canvas_;
  std::int64_t first_, span_;  ///< epochs
  double largest_;
};

}  // namespace

void write_curve_csv(const std::string& path, const Progress& progress, const std::vector<std::string>& classes) {
  Table table;
  table.columns = {"epoch", "training_loss", "validation_loss", "validation_dice", "validation_accuracy", "seconds"};
  if (!progress.class_dice.empty())
    for (const std::string& name : classes) table.columns.push_back(name + " dice");
  for (std::size_t i = 0; i < progress.curve.size(); ++i) {
    const EpochFigures& row = progress.curve[i];
    table.rows.push_back(
        {row.epoch, row.training_loss, row.validation_loss, row.validation_dice, row.validation_accuracy, row.seconds});
    for (const double dice : class_dice_of(progress, i)) table.rows.back().emplace_back(dice);
  }
  write_atomically(path, table::to_csv(table));
}

void write_curve_png(const std::string& path, const std::vector<EpochFigures>& curve, std::int64_t best_epoch) {
  double largest = 0;
  for (const EpochFigures& row : curve)
    for (const double loss : {row.training_loss, row.validation_loss})
      if (loss > largest) largest = loss;
  const std::int64_t first = curve.empty() ? 1 : curve.front().epoch;
  Plot plot(first, curve.empty() ? 1 : curve.back().epoch, largest);
  if (best_epoch >= first) plot.mark(best_epoch);
  plot.line(curve, &EpochFigures::training_loss, plot.largest(), kTraining);
  plot.line(curve, &EpochFigures::validation_loss, plot.largest(), kValidation);
  plot.line(curve, &EpochFigures::validation_dice, 1, kDice);
  plot.label(kLeft, "training loss", kTraining);
  plot.label(kLeft + 190, "validation loss", kValidation);
  plot.label(kLeft + 410, "validation Dice", kDice);
  write_atomically(path, picture::png_bytes(plot.canvas()));
}

}  // namespace flowrun::train
