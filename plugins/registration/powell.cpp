#include "powell.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace flowrun::registration {
namespace {

using Vector = std::vector<double>;

constexpr double kGolden = 1.618034, kShortGolden = 0.381966;
constexpr int kMostBracketSteps = 20, kMostBrentSteps = 20;

double length(const Vector& v) {
  double sum = 0;
  for (const double part : v) sum += part * part;
  return std::sqrt(sum);
}

Vector moved(const Vector& from, const Vector& direction, double by) {
  Vector at = from;
  for (std::size_t i = 0; i < at.size(); ++i) at[i] += by * direction[i];
  return at;
}

struct LinePoint {
  double at, value;
};

/// One line of the search: places along it and the function there.
struct Line {
  std::function<double(double)> function;
  double tolerance;

  LinePoint measured(double at) const { return {at, function(at)}; }
  LinePoint minimum(LinePoint start, double step) const;

 private:
  void bracket(LinePoint& a, LinePoint& b, LinePoint& c) const;
  LinePoint brent(const LinePoint& a, const LinePoint& b, const LinePoint& c) const;
};

/// From two places downhill to three of which the middle one is lowest.
void Line::bracket(LinePoint& a, LinePoint& b, LinePoint& c) const {
  for (int i = 0; i < kMostBracketSteps && c.value < b.value; ++i) {
    a = b;
    b = c;
    c = measured(b.at + kGolden * (b.at - a.at));
  }
}

/// Where Brent's next step ends: the lowest point of a parabola through three points where that lies well inside, else a golden
/// cut.
double next_place(const LinePoint& x, const LinePoint& w, const LinePoint& v, double low, double high, double& last,
                  double& before) {
  const double r = (x.at - w.at) * (x.value - v.value), q = (x.at - v.at) * (x.value - w.value);
  const double above = (x.at - v.at) * q - (x.at - w.at) * r, below = 2 * (q - r);
  const double shift = below == 0 ? 0 : -above / below;
  const double old = std::exchange(before, last);
  if (below != 0 && std::abs(shift) < std::abs(old) / 2 && x.at + shift > low && x.at + shift < high)
    return x.at + (last = shift);
  before = x.at >= (low + high) / 2 ? low - x.at : high - x.at;
  return x.at + (last = kShortGolden * before);
}

LinePoint Line::brent(const LinePoint& a, const LinePoint& b, const LinePoint& c) const {
  double low = std::min(a.at, c.at), high = std::max(a.at, c.at), last = high - low, before = high - low;
  LinePoint x = b, w = a.value < c.value ? a : c, v = a.value < c.value ? c : a;
  for (int i = 0; i < kMostBrentSteps; ++i) {
    const double middle = (low + high) / 2;
    if (std::abs(x.at - middle) <= 2 * tolerance - (high - low) / 2) break;
    double place = next_place(x, w, v, low, high, last, before);
    if (std::abs(place - x.at) < tolerance) place = x.at + std::copysign(tolerance, place - x.at);
    const LinePoint u = measured(place);
    if (u.value <= x.value) {
      (u.at >= x.at ? low : high) = x.at;
      v = w, w = x, x = u;
    } else {
      (u.at < x.at ? low : high) = u.at;
      if (u.value <= w.value) v = w, w = u;
      else if (u.value <= v.value) v = u;
    }
  }
  return x;
}

LinePoint Line::minimum(LinePoint start, double step) const {
  LinePoint a = start, b = measured(start.at + step);
  if (b.value > a.value) {
    const LinePoint other = measured(start.at - step);
    if (other.value >= a.value) return brent(other, a, b);
    b = other;
  }
  LinePoint c = measured(b.at + kGolden * (b.at - a.at));
  bracket(a, b, c);
  return brent(a, b, c);
}

/// The state of a search: where it is, along which directions it looks, and how long the first step along each is.
class Rounds {
 public:
  Rounds(const Powell& powell, const Vector& start) : powell_(powell), result_{start, 0, 0} {
    result_.value = measure(start);
    steps_.assign(start.size(), powell.step);
    directions_.assign(start.size(), Vector(start.size(), 0));
    for (std::size_t i = 0; i < start.size(); ++i) directions_[i][i] = 1;
  }

  /// Once along all directions. False when that led nowhere.
  bool advance() {
    const Vector before = result_.at;
    const double value_before = result_.value;
    std::size_t best = 0;
    double best_gain = 0;
    for (std::size_t i = 0; i < directions_.size(); ++i) {
      const double value = result_.value;
      along(directions_[i], steps_[i]);
      if (value - result_.value > best_gain) best_gain = value - result_.value, best = i;
    }
    const Vector whole = moved(result_.at, before, -1);
    if (length(whole) < powell_.tolerance || !(result_.value < value_before)) return false;
    if (is_worth_it(whole, value_before, best_gain)) replace(best, whole);
    return true;
  }

  const Powell::Result& result() const { return result_; }

 private:
  double measure(const Vector& at) {
    ++result_.calls;
    return powell_.function(at);
  }

  void along(const Vector& direction, double& first) {
    const Line line{[&](double by) { return measure(moved(result_.at, direction, by)); }, powell_.tolerance};
    const LinePoint found = line.minimum({0, result_.value}, first);
    result_.at = moved(result_.at, direction, found.at);
    result_.value = found.value;
    first = std::clamp(std::abs(found.at) / 2, 2 * powell_.tolerance, std::max(powell_.step, 2 * powell_.tolerance));
  }

  /// Powell's test: whether the way of the whole round is a better direction than the one that gained most.
  bool is_worth_it(const Vector& whole, double value_before, double best_gain) {
    const double ahead = measure(moved(result_.at, whole, 1));
    if (!(ahead < value_before)) return false;
    const double left = value_before - result_.value - best_gain, over = value_before - ahead;
    return 2 * (value_before - 2 * result_.value + ahead) * left * left < best_gain * over * over;
  }

  void replace(std::size_t direction, Vector whole) {
    const double distance = length(whole);
    for (double& part : whole) part /= distance;
    double first = std::max(distance / 2, 2 * powell_.tolerance);
    along(whole, first);
    directions_[direction] = directions_.back(), steps_[direction] = steps_.back();
    directions_.back() = whole, steps_.back() = first;
  }

  const Powell& powell_;
  Powell::Result result_;
  std::vector<Vector> directions_;
  Vector steps_;
};

}  // namespace

Powell::Result Powell::search(const Vector& start) const {
  Rounds rounds(*this, start);
  for (int round = 0; round < most_rounds && !cancelled(); ++round)
    if (!rounds.advance()) break;
  return rounds.result();
}

}  // namespace flowrun::registration
