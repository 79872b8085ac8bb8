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

struct RunPart {
  fs::path out;
  CaseImages images;
  std::vector<std::size_t> layers;  ///< indices among all
};

/// The element of the page that has a layer's voxels.
std::string data_name(std::size_t index) { return fmt::format("layer-{}", index); }

std::string number_text(double value) { return exact_text(value).empty() ? "0" : exact_text(value); }
std::string integer_text(std::int64_t value) { return std::to_string(value); }

std::string layer_json(const PackedLayer& layer, const std::string& data) {
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
                      {"data", json_text(data)}});
}

/// A folder as people name it: its last part.
std::string folder_name(const fs::path& folder) {
  const fs::path whole = fs::absolute(folder).lexically_normal();
  return (whole.has_filename() ? whole : whole.parent_path()).filename().string();
}

std::string table_json(const CaseImages& images, std::vector<std::string>& notes) {
  const fs::path& file = images.table;
  if (file.empty()) return "null";
  try {
    std::string text = images.table_text ? *images.table_text : read_plain_file(file, kMostOfTable);
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

std::string run_json(const RunPart& run, bool several, std::vector<std::string>& notes) {
  return json_object({{"name", json_text(several ? folder_name(run.out) : "")},
                      {"graphs", json_list(run.images.graphs, json_text)},
                      {"layers", json_list(run.layers, integer_text)},
                      {"table", table_json(run.images, notes)}});
}

std::vector<RunPart> runs_of(const ViewerRequest& request, const CaseImages& images, std::vector<std::string>& notes) {
  std::vector<RunPart> runs{{request.out, images, {}}};
  if (request.beside.empty()) return runs;
  try {
    runs.push_back({request.beside, images_of_case(request.beside, request.name), {}});
  } catch (const Error& fault) {
    notes.push_back(fault.what());
  }
  return runs;
}

/// A page whose data are in it.
void write_parts(std::ostream& page, const ViewerContent& content) {
  const PageAsset& asset = viewer_asset();
  page << asset.before << "<script type=\"application/json\" id=\"page-data\">" << content.json << "</script>\n";
  for (std::size_t i = 0; i < content.layers.size(); ++i)
    page << fmt::format("<script type=\"text/plain\" id=\"{}\">", data_name(i)) << content.layers[i]->base64 << "</script>\n";
  page << asset.after;
}

}  // namespace

fs::path viewer_file(const fs::path& out, const std::string& name) { return out / viewer_path(name); }

std::string viewer_id(const fs::path& out) {
  std::error_code unknown;
  std::uint64_t hash = 14695981039346656037U;  // FNV-1a
  for (const char c : fs::weakly_canonical(out, unknown).string()) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  return fmt::format("{:016x}", hash);
}

ViewerContent viewer_content(const ViewerRequest& request, const CaseImages& images, PackedImages& packed, const DataName& name) {
  std::vector<std::string> notes;
  std::vector<RunPart> runs = runs_of(request, images, notes);
  PageLayers layers(packed, request.room);
  for (RunPart& run : runs)
    for (const LayerSource& source : run.images.layers) layers.add(source, run.layers);
  for (const LayerSource& source : request.more) layers.add(source, runs.front().layers);
  layers.fit();
  notes.insert(notes.end(), layers.missing.begin(), layers.missing.end());
  const std::string of_runs = json_list(runs, [&](const RunPart& run) { return run_json(run, runs.size() > 1, notes); });
  std::size_t index = 0;
  const auto of_layer = [&](const LayerPtr& layer) { return layer_json(*layer, name(*layer, index++)); };
  std::string json = json_object({{"name", json_text(request.name)},
                                  {"id", json_text(viewer_id(request.out))},
                                  {"version", json_text(FLOWRUN_VERSION)},
                                  {"runs", of_runs},
                                  {"layers", json_list(layers.packed, of_layer)},
                                  {"notes", json_list(notes, json_text)}});
  return {std::move(json), std::move(layers.packed), std::move(layers.missing)};
}

ViewerPage write_viewer(const ViewerRequest& request, PackedImages& packed) {
  const fs::path file = viewer_file(request.out, request.name);
  refuse_links({request.out / "flowrun", file.parent_path(), file});
  const ViewerContent content = viewer_content(request, images_of_case(request.out, request.name), packed,
                                               [](const PackedLayer&, std::size_t index) { return data_name(index); });
  AtomicFile whole(file, ".html");
  std::ofstream page(whole.temporary(), std::ios::binary);
  write_parts(page, content);
  page.close();
  if (!page) throw Error(write_failure(file, errno));
  const std::uintmax_t bytes = fs::file_size(whole.temporary());
  whole.commit();
  const bool has_image = std::any_of(content.layers.begin(), content.layers.end(),
                                     [](const LayerPtr& layer) { return layer->kind == LayerKind::image; });
  return {file, content.layers.size(), bytes, content.missing, has_image};
}

}  // namespace flowrun
