#include "crop_examples.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "common/components/connected_runs.h"
#include "flowrun/sdk/error.h"
#include "random_order.h"

namespace flowrun::train {
namespace {

constexpr std::int64_t kCasesToSplitBy = 4;
/// Places of a crop's own random stream.
enum Place : std::uint64_t { is_labelled, label, voxel, jitter, zoom = jitter + 3, noise_sd, centres, noise = 1 << 24 };

double uniform(std::uint64_t own, std::uint64_t place) { return random::uniform_double(bits_at(own, place)); }

std::string channel_words(std::int64_t channels) { return std::to_string(channels) + (channels == 1 ? " channel" : " channels"); }

/// The weight of each voxel of a label: n^-balance in a component of n voxels.
std::vector<float> weights_of(const LabelledImages& images, std::uint8_t label, double balance) {
  Mask mask;
  mask.geometry.size = images.size;
  mask.voxels.resize(images.labels.size());
  std::transform(images.labels.begin(), images.labels.end(), mask.voxels.begin(), [=](auto one) { return one == label ? 1 : 0; });
  const components::ConnectedRuns found = components::connected_runs(mask, components::Connectivity::face);
  std::vector<float> of_component;
  for (const std::int64_t voxels : found.voxels_of)
    of_component.push_back(static_cast<float>(std::pow(static_cast<double>(voxels), -balance)));
  return components::paint(found, mask.geometry, of_component);
}

}  // namespace

/// Where a crop lies in the images: its first voxel's place along each axis, and the step from voxel to voxel.
struct CropExamples::View {
  std::array<double, 3> first{};
  double step = 1;
};

void CropExamples::add(std::shared_ptr<const LabelledImages> images) {
  if (!cases_.empty() && images->channels != channels())
    throw Error("the images of case '" + images->case_name + "' have " + channel_words(images->channels) + ", those of case '" +
                cases_.front().images->case_name + "' " + channel_words(channels()) + "; all cases need the same images");
  if (!cases_.empty()) require_same_axes(images->case_name, images->axes, cases_.front().images->case_name, axes());
  Case one;
  for (int label = 1; label < 256; ++label) {
    std::vector<std::int64_t> voxels;
    for (std::size_t i = 0; i < images->labels.size(); ++i)
      if (images->labels[i] == label) voxels.push_back(static_cast<std::int64_t>(i));
    if (voxels.empty()) continue;
    const std::vector<float> weights = weights_of(*images, static_cast<std::uint8_t>(label), settings_.balance);
    std::vector<double> sums;
    double sum = 0;
    for (const std::int64_t at : voxels) sums.push_back(sum += static_cast<double>(weights[static_cast<std::size_t>(at)]));
    one.voxels.push_back(std::move(voxels));
    one.sums.push_back(std::move(sums));
  }
  for (std::size_t axis = 0; axis < 3; ++axis)
    one.tiles[axis] = (images->size[axis] + settings_.size[axis] - 1) / settings_.size[axis];
  if (!cases_.empty()) one.first_tile = cases_.back().first_tile + cases_.back().tile_count();
  one.images = std::move(images);
  cases_.push_back(std::move(one));
}

/// Near a labelled voxel (each class alike), or a voxel of the images whose first channel is not 0 where a few draws find one.
network::Size3 CropExamples::random_centre(const Case& of, std::uint64_t own) const {
  const LabelledImages& images = *of.images;
  const auto place_of = [&](std::int64_t at) {
    return network::Size3{at % images.size[0], at / images.size[0] % images.size[1], at / images.size[0] / images.size[1]};
  };
  if (of.voxels.empty() || uniform(own, is_labelled) >= settings_.labelled_share) {
    std::int64_t at = 0;
    for (std::uint64_t i = 0; i < 16; ++i) {
      at = static_cast<std::int64_t>(bits_at(own, centres + i) % static_cast<std::uint64_t>(images.voxels()));
      if (images.values[static_cast<std::size_t>(at)] != 0) break;
    }
    return place_of(at);
  }
  const std::size_t which = bits_at(own, label) % of.voxels.size();
  const std::vector<double>& sums = of.sums[which];
  const auto found = std::upper_bound(sums.begin(), sums.end(), uniform(own, voxel) * sums.back());
  const auto at = std::min<std::ptrdiff_t>(found - sums.begin(), static_cast<std::ptrdiff_t>(sums.size()) - 1);
  network::Size3 centre = place_of(of.voxels[which][static_cast<std::size_t>(at)]);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const auto most = static_cast<std::uint64_t>(settings_.size[axis] / 4);
    centre[axis] += static_cast<std::int64_t>(bits_at(own, jitter + axis) % (2 * most + 1)) - static_cast<std::int64_t>(most);
  }
  return centre;
}

CropExamples::View CropExamples::random_view(const Case& of, std::uint64_t own) const {
  network::Size3 centre = random_centre(of, own);
  for (std::size_t axis = 0; axis < 3; ++axis)  // a place beside the middle would only cut off what there is room for
    if (settings_.size[axis] >= of.images->size[axis]) centre[axis] = of.images->size[axis] / 2;
  View view;
  if (settings_.zoom > 1) view.step = std::pow(settings_.zoom, 2 * uniform(own, Place::zoom) - 1);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double half = view.step * static_cast<double>(settings_.size[axis] / 2);
    view.first[axis] = static_cast<double>(centre[axis]) - half;
  }
  return view;
}

/// Images by straight lines between voxels, labels by the nearest voxel.
void CropExamples::cut(const LabelledImages& images, const View& view, const network::Size3& size, float* input,
                       std::int64_t* labels) {
  struct Step {
    std::int64_t low = 0;
    float share = 0;  ///< of the voxel behind
    std::int64_t nearest = 0;
  };
  std::array<std::vector<Step>, 3> steps;
  for (std::size_t axis = 0; axis < 3; ++axis)
    for (std::int64_t i = 0; i < size[axis]; ++i) {
      const double at = view.first[axis] + view.step * static_cast<double>(i), low = std::floor(at);
      steps[axis].push_back(
          {static_cast<std::int64_t>(low), static_cast<float>(at - low), static_cast<std::int64_t>(std::floor(at + 0.5))});
    }
  const auto& [width, height, depth] = images.size;
  const auto is_inside = [&](std::int64_t x, std::int64_t y, std::int64_t z) {
    return x >= 0 && y >= 0 && z >= 0 && x < width && y < height && z < depth;
  };
  const float* channel = images.values.data();
  const auto value = [&](std::int64_t x, std::int64_t y, std::int64_t z) {
    return is_inside(x, y, z) ? channel[x + width * (y + height * z)] : 0.0f;
  };
  for (std::int64_t c = 0; c < images.channels; ++c, channel += images.voxels())
    for (const Step& z : steps[2])
      for (const Step& y : steps[1])
        for (const Step& x : steps[0]) {
          const auto along_x = [&](std::int64_t at_y, std::int64_t at_z) {
            const float first = value(x.low, at_y, at_z);
            return x.share == 0 ? first : first + x.share * (value(x.low + 1, at_y, at_z) - first);
          };
          const auto along_y = [&](std::int64_t at_z) {
            const float first = along_x(y.low, at_z);
            return y.share == 0 ? first : first + y.share * (along_x(y.low + 1, at_z) - first);
          };
          const float first = along_y(z.low);
          *input++ = z.share == 0 ? first : first + z.share * (along_y(z.low + 1) - first);
        }
  for (const Step& z : steps[2])
    for (const Step& y : steps[1])
      for (const Step& x : steps[0])
        *labels++ = is_inside(x.nearest, y.nearest, z.nearest)
                        ? images.labels[static_cast<std::size_t>(x.nearest + width * (y.nearest + height * z.nearest))]
                        : 0;
}

/// Turns, contrast and thick slices as of patches, the labels turned alike, and noise.
void CropExamples::change(float* input, std::int64_t* labels, std::uint64_t of_epoch, std::uint64_t sample,
                          std::uint64_t own) const {
  std::vector<float> scratch;
  std::vector<std::int64_t> turned;
  if (settings_.augmentation.any()) {
    augment(input, channels(), settings_.size, settings_.augmentation, of_epoch, sample, scratch);
    turn_labels(labels, settings_.size, settings_.augmentation, of_epoch, sample, turned);
  }
  if (settings_.noise <= 0) return;
  const double sd = settings_.noise * uniform(own, noise_sd);
  const std::int64_t values = channels() * label_values();
  for (std::int64_t i = 0; i < values; ++i) {
    const auto place = noise + 2 * static_cast<std::uint64_t>(i);
    const double radius = std::sqrt(-2 * std::log(1 - uniform(own, place)));
    input[i] += static_cast<float>(sd * radius * std::cos(2 * std::numbers::pi * uniform(own, place + 1)));
  }
}

void CropExamples::fill(std::int64_t sample, std::int64_t epoch, bool training, float* input, std::int64_t* labels) const {
  if (sample >= training_count()) {
    const std::int64_t tile = sample - training_count();
    const auto after =
        std::upper_bound(cases_.begin(), cases_.end(), tile, [](auto t, const Case& one) { return t < one.first_tile; });
    const Case& of = *(after - 1);
    std::int64_t rest = tile - of.first_tile;
    View view;
    for (std::size_t axis = 0; axis < 3; rest /= of.tiles[axis], ++axis)
      view.first[axis] = static_cast<double>(rest % of.tiles[axis] * settings_.size[axis]);
    return cut(*of.images, view, settings_.size, input, labels);
  }
  const Case& of = cases_[static_cast<std::size_t>(sample / settings_.per_case)];
  const auto number = static_cast<std::uint64_t>(sample), of_number = static_cast<std::uint64_t>(epoch);
  const std::uint64_t own = bits_at(stream(settings_.seed, Purpose::crop, of_number), number);
  cut(*of.images, random_view(of, own), settings_.size, input, labels);
  if (training) change(input, labels, stream(settings_.seed, Purpose::augment, of_number), number, own);
}

std::vector<network::Spacing> CropExamples::spacings() const {
  std::vector<network::Spacing> spacings;
  for (const Case& one : cases_) spacings.push_back(one.images->spacing);
  return spacings;
}

std::uint64_t CropExamples::hash() const {
  const CropSettings& s = settings_;
  std::uint64_t hash = hash_of("crops");
  hash = hash_of_values(
      std::vector<double>{static_cast<double>(s.size[0]), static_cast<double>(s.size[1]), static_cast<double>(s.size[2]),
                          static_cast<double>(s.per_case), s.labelled_share, s.balance, s.zoom, static_cast<double>(s.noise)},
      hash);
  for (const Case& one : cases_) {
    hash = hash_of(one.images->case_name, hash);
    hash = hash_of_values(one.images->values, hash);
    hash = hash_of_values(one.images->labels, hash);
  }
  return hash;
}

std::vector<std::string> CropExamples::case_names() const {
  std::vector<std::string> names;
  for (const Case& one : cases_) names.push_back(one.images->case_name);
  return names;
}

std::vector<std::int64_t> CropExamples::counts(std::size_t classes) const {
  std::vector<std::int64_t> counts(classes);
  for (const Case& one : cases_)
    for (const std::uint8_t label : one.images->labels)
      if (label < classes) ++counts[label];
  return counts;
}

std::int64_t CropExamples::labelled() const {
  std::int64_t sum = 0;
  for (const Case& one : cases_)
    for (const auto& voxels : one.voxels) sum += static_cast<std::int64_t>(voxels.size());
  return sum;
}

std::size_t CropExamples::bytes() const {
  std::size_t sum = 16 * static_cast<std::size_t>(labelled());  // the labelled voxels and their weights
  for (const Case& one : cases_) sum += one.images->bytes();
  return sum;
}

std::int64_t CropExamples::largest_label() const {
  std::uint8_t largest = 0;
  for (const Case& one : cases_)
    largest = std::max(largest, *std::max_element(one.images->labels.begin(), one.images->labels.end()));
  return largest;
}

/// Cases without a label teach little and give no Dice: one with labels stays among those that are trained on, and where there
/// are two, one is put aside.
void CropExamples::share_labels(std::vector<std::int64_t>& aside) const {
  const auto has_labels = [&](std::int64_t i) { return !cases_[static_cast<std::size_t>(i)].voxels.empty(); };
  std::vector<std::int64_t> labelled_others, bare_others;
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(cases_.size()); ++i)
    if (std::find(aside.begin(), aside.end(), i) == aside.end()) (has_labels(i) ? labelled_others : bare_others).push_back(i);
  const auto labelled = std::find_if(aside.begin(), aside.end(), has_labels);
  if (labelled != aside.end() && labelled_others.empty() && !bare_others.empty()) *labelled = bare_others.front();
  else if (labelled == aside.end() && labelled_others.size() > 1 && !aside.empty()) aside.back() = labelled_others.front();
}

bool CropExamples::is_judged_without_labels(const Split& split) const {
  return !split.validation.empty() && std::none_of(cases_.begin(), cases_.end(), [&](const Case& one) {
    const auto& aside = split.validation_cases;
    return !one.voxels.empty() && std::find(aside.begin(), aside.end(), one.images->case_name) != aside.end();
  });
}

Split CropExamples::split(double share, const std::string& how, std::uint64_t seed) const {
  Split split;
  const auto count = static_cast<std::int64_t>(cases_.size());
  std::vector<std::int64_t> aside;
  if (how == "case" && count < 2)
    throw Error("there is only one case, so none can be put aside for validation; give more cases, or set 'split' to none");
  if (share > 0 && (how == "case" || (how == "auto" && count >= kCasesToSplitBy))) aside = cases_put_aside(count, share, seed);
  share_labels(aside);
  split.by_case = !aside.empty();
  for (std::int64_t i = 0; i < count; ++i) {
    const Case& one = cases_[static_cast<std::size_t>(i)];
    const bool is_judged = std::find(aside.begin(), aside.end(), i) != aside.end();
    const std::int64_t first = is_judged ? training_count() + one.first_tile : i * settings_.per_case;
    auto& samples = is_judged ? split.validation : split.training;
    for (std::int64_t k = 0; k < (is_judged ? one.tile_count() : settings_.per_case); ++k) samples.push_back(first + k);
    if (is_judged) split.validation_cases.push_back(one.images->case_name);
  }
  return split;
}

}  // namespace flowrun::train
