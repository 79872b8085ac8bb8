#include "viewer/viewer_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <fstream>

#include "flowrun/host/case_row.h"
#include "flowrun/host/file_content.h"
#include "flowrun/host/own_file.h"
#include "flowrun/host/text.h"
#include "flowrun/sdk/atomic_file.h"
#include "flowrun/sdk/error.h"
#include "report/page_assets.h"
#include "report/page_text.h"
#include "report/run_page.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kMostVoxels = 32'000'000, kFewestVoxels = 4096;
constexpr std::size_t kMostOfTable = std::size_t{1} << 20;

struct RunPart {
  fs::path out;
  CaseImages images;
  std::vector<std::size_t> layers;  ///< indices among all
};

/// The layers of all runs, each file once.
class Layers {
 public:
  Layers(ImageReader& reader, std::size_t room) : reader_(reader), room_(room) {}

  void add(RunPart& run, const LayerSource& source) {
    std::error_code unknown;
    const fs::path place = fs::weakly_canonical(source.file, unknown);
    const auto known = std::find(places_.begin(), places_.end(), place);
    if (known != places_.end()) {
      run.layers.push_back(static_cast<std::size_t>(known - places_.begin()));
      return;
    }
    try {
      packed.push_back(pack(source, kMostVoxels));
      run.layers.push_back(places_.size());
      places_.push_back(place);
    } catch (const Error& fault) {
      missing.push_back(fmt::format("{}: {}", source.name, fault.what()));
    }
  }

  /// Makes the largest layers coarser until all have room.
  void fit() {
    const auto by_size = [](const PackedLayer& a, const PackedLayer& b) { return a.base64.size() < b.base64.size(); };
    while (bytes() > room_) {
      const auto largest = std::max_element(packed.begin(), packed.end(), by_size);
      const std::int64_t voxels = largest->size[0] * largest->size[1] * largest->size[2];
      if (voxels <= kFewestVoxels) return;
      *largest = pack(LayerSource(largest->source), voxels / 2);
    }
  }

  std::vector<PackedLayer> packed;
  std::vector<std::string> missing;

 private:
  std::size_t bytes() const {
    std::size_t sum = 0;
    for (const PackedLayer& layer : packed) sum += layer.base64.size();
    return sum;
  }

  PackedLayer pack(const LayerSource& source, std::int64_t most_voxels) {
    const ImageReader::Image image = reader_.read(source.file);
    PackedLayer layer = pack_layer(*image.volume, source, most_voxels);
    layer.notes.insert(layer.notes.end(), image.warnings.begin(), image.warnings.end());
    return layer;
  }

  ImageReader& reader_;
  std::size_t room_;
  std::vector<fs::path> places_;
};

std::string number_text(double value) { return exact_text(value).empty() ? "0" : exact_text(value); }
std::string integer_text(std::int64_t value) { return std::to_string(value); }

std::string layer_json(const PackedLayer& layer, std::size_t index) {
  return json_object({{"name", json_text(layer.source.name)},
                      {"file", json_text(layer.source.file)},
                      {"kind", json_text(to_string(layer.kind))},
                      {"size", json_list(layer.size, integer_text)},
                      {"factor", json_list(layer.factor, integer_text)},
                      {"affine", json_list(layer.affine, number_text)},
                      {"low", number_text(layer.low)},
                      {"high", number_text(layer.high)},
                      {"window", json_list(layer.window, number_text)},
                      {"labels", json_list(layer.labels, integer_text)},
                      {"wide", layer.wide ? "true" : "false"},
                      {"differences", layer.differences ? "true" : "false"},
                      {"notes", json_list(layer.notes, json_text)},
                      {"data", json_text(fmt::format("layer-{}", index))}});
}

/// A folder as people name it: its last part.
std::string folder_name(const fs::path& folder) {
  const fs::path whole = fs::absolute(folder).lexically_normal();
  return (whole.has_filename() ? whole : whole.parent_path()).filename().string();
}

std::string table_json(const fs::path& file, std::vector<std::string>& notes) {
  if (file.empty()) return "null";
  try {
    std::string text = read_plain_file(file, kMostOfTable);
    if (text.size() == kMostOfTable) {
      text.erase(text.rfind('\n') + 1);
      notes.push_back(file.filename().string() + ": only the rows of its first MiB are in the page");
    }
    return json_object({{"name", json_text(file.filename().string())}, {"text", json_lines(text)}});
  } catch (const Error& fault) {
    notes.push_back(fmt::format("{}: {}", file.filename().string(), fault.what()));
    return "null";
  }
}

/// Ratings belong to an output folder: the browser keeps those of all pages in one place.
std::string id_of(const fs::path& out) {
  std::error_code unknown;
  std::uint64_t hash = 14695981039346656037U;  // FNV-1a
  for (const char c : fs::weakly_canonical(out, unknown).string()) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  return fmt::format("{:016x}", hash);
}

std::string run_json(const RunPart& run, bool several, std::vector<std::string>& notes) {
  return json_object({{"name", json_text(several ? folder_name(run.out) : "")},
                      {"graphs", json_list(run.images.graphs, json_text)},
                      {"layers", json_list(run.layers, integer_text)},
                      {"table", table_json(run.images.table, notes)}});
}

std::vector<RunPart> runs_of(const ViewerRequest& request, const std::string& name, std::vector<std::string>& notes) {
  std::vector<RunPart> runs{{request.out, images_of_case(request.out, name), {}}};
  if (request.beside.empty()) return runs;
  try {
    runs.push_back({request.beside, images_of_case(request.beside, name), {}});
  } catch (const Error& fault) {
    notes.push_back(fault.what());
  }
  return runs;
}

std::string page_json(const ViewerRequest& request, const std::string& name, const std::vector<RunPart>& runs,
                      const Layers& layers, std::vector<std::string> notes) {
  notes.insert(notes.end(), layers.missing.begin(), layers.missing.end());
  const std::string of_runs = json_list(runs, [&](const RunPart& run) { return run_json(run, runs.size() > 1, notes); });
  std::size_t index = 0;
  return json_object({{"name", json_text(name)},
                      {"id", json_text(id_of(request.out))},
                      {"version", json_text(FLOWRUN_VERSION)},
                      {"runs", of_runs},
                      {"layers", json_list(layers.packed, [&](const PackedLayer& layer) { return layer_json(layer, index++); })},
                      {"notes", json_list(notes, json_text)}});
}

void write_parts(std::ostream& page, const std::string& data, const std::vector<PackedLayer>& layers) {
  const PageAsset& asset = viewer_asset();
  page << asset.before << "<script type=\"application/json\" id=\"page-data\">" << data << "</script>\n";
  for (std::size_t i = 0; i < layers.size(); ++i)
    page << fmt::format("<script type=\"text/plain\" id=\"layer-{}\">", i) << layers[i].base64 << "</script>\n";
  page << asset.after;
}

}  // namespace

fs::path viewer_file(const fs::path& out, const std::string& name) { return out / viewer_path(name); }

ViewerPage write_viewer(const ViewerRequest& request, const std::string& name, ImageReader& reader) {
  const fs::path file = viewer_file(request.out, name);
  refuse_links({request.out / "flowrun", file.parent_path(), file});
  std::vector<std::string> notes;
  std::vector<RunPart> runs = runs_of(request, name, notes);
  Layers layers(reader, request.room);
  for (RunPart& run : runs)
    for (const LayerSource& source : run.images.layers) layers.add(run, source);
  for (const LayerSource& source : request.more) layers.add(runs.front(), source);
  layers.fit();

  AtomicFile whole(file, ".html");
  std::ofstream page(whole.temporary(), std::ios::binary);
  write_parts(page, page_json(request, name, runs, layers, std::move(notes)), layers.packed);
  page.close();
  if (!page) throw Error(write_failure(file, errno));
  const std::uintmax_t bytes = fs::file_size(whole.temporary());
  whole.commit();
  return {file, layers.packed.size(), bytes, layers.missing};
}

}  // namespace flowrun
