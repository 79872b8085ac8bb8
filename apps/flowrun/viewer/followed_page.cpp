#include "viewer/followed_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <fstream>

#include "flowrun/host/file_content.h"
#include "flowrun/host/file_stamps.h"
#include "flowrun/host/own_file.h"
#include "flowrun/sdk/atomic_file.h"
#include "flowrun/sdk/error.h"
#include "report/page_assets.h"
#include "report/page_nonce.h"
#include "report/page_text.h"
#include "report/record_words.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kLayerBeginning = "layer-", kScriptEnding = ".js";

std::string digest(const std::string& text) { return records::text_hash(text).substr(0, 20); }
std::string data_name(const PackedLayer& layer) { return std::string(kLayerBeginning) + layer.digest; }

/// Not brought to the disk: it is made again from the images.
void write_quickly(const fs::path& file, const std::string& text) {
  AtomicFile whole(file, ".new");
  std::ofstream stream(whole.temporary(), std::ios::binary);
  stream << text;
  stream.close();
  if (!stream) throw Error(write_failure(file, errno));
  fs::rename(whole.temporary(), file);
}

}  // namespace

FollowedPage::FollowedPage(ViewerRequest request, Registry& registry) : request_(std::move(request)), packed_(registry) {
  request_.beside.clear();
  data_ = file().parent_path() / (request_.name + ".data");
}

/// All that decides what the page shows.
std::set<std::string> FollowedPage::files() const {
  std::set<std::string> files;
  for (const std::string& word : record_words(request_.out)) files.insert(case_record_file(request_.out, request_.name, word));
  for (const LayerSource& source : request_.more) files.insert(source.file);
  if (!images_) return files;
  for (const LayerSource& source : images_->layers) files.insert(source.file);
  if (!images_->table.empty()) files.insert(images_->table);
  return files;
}

bool FollowedPage::has_changed() {
  Looks now;
  for (const std::string& file : files()) now.emplace(file, records::look_at(file));
  const bool same = std::equal(now.begin(), now.end(), looks_.begin(), looks_.end(), [](const auto& a, const auto& b) {
    return a.first == b.first && (records::looks_same(a.second, b.second) || (a.second.size < 0 && b.second.size < 0));
  });
  looks_ = std::move(now);
  return !same;
}

/// Those of the record, where the case is done; else those that it had.
void FollowedPage::read_images() {
  CaseImages now = images_of_case(request_.out, request_.name);
  packed_.keeps_missing = !now.done;
  if (!now.done) return;
  for (LayerSource& source : now.layers) source.note.clear();  // whether it is the record's is seen in a moment
  if (images_ && images_->table == now.table) now.table_text = images_->table_text;
  images_ = std::move(now);
}

void FollowedPage::read_table() {
  std::error_code unknown;
  if (images_->table.empty() || !fs::exists(images_->table, unknown)) return;  // it stays as it was
  images_->table_text = read_plain_file(images_->table, kMostOfTable);
}

bool FollowedPage::has_record() const {
  const std::vector<std::string> words = record_words(request_.out);
  return std::any_of(words.begin(), words.end(), [&](const std::string& word) {
    std::error_code unknown;
    return fs::exists(case_record_file(request_.out, request_.name, word), unknown);
  });
}

bool FollowedPage::update() {
  if (!has_changed()) return false;
  if (!has_record()) {  // not yet, or somebody has removed the results: nothing is put there again
    packed_.keeps_missing = true;
    if (images_) missing_ = {"the record of the case does not exist any more; the page stays as it was"};
    return false;
  }
  read_images();
  if (!images_) return false;
  std::error_code unknown;
  if (!fs::exists(data_ / "stamp.js", unknown)) stamp_.clear(), written_.clear();
  read_table();
  const auto name = [](const PackedLayer& layer, std::size_t) { return data_name(layer); };
  const ViewerContent content = viewer_content(request_, *images_, packed_, name);
  missing_ = content.missing;
  if (content.layers.empty() && stamp_.empty()) {
    if (!content.missing.empty()) throw Error(content.missing.front());
    return false;
  }
  const std::string stamp = digest(content.json);
  if (stamp == stamp_) return false;
  refuse_links({request_.out / "flowrun", data_.parent_path(), file(), data_});
  write(content);
  if (stamp_.empty()) write_page();
  stamp_ = stamp;
  layers_ = content.layers.size();
  return true;
}

void FollowedPage::write_data(const std::string& name, const std::string& value) const {
  write_quickly(data_ / (name + std::string(kScriptEnding)), fmt::format("flowrunData({}, {});\n", json_text(name), value));
}

/// The stamp comes last: who has read it finds the rest.
void FollowedPage::write(const ViewerContent& content) {
  std::set<std::string> used;
  for (const LayerPtr& layer : content.layers) {
    const std::string name = data_name(*layer);
    used.insert(name);
    if (!written_.contains(name)) write_data(name, "\"" + layer->base64 + "\"");
  }
  const std::string stamp = json_text(digest(content.json));
  write_data("page", json_object({{"stamp", stamp}, {"content", content.json}}));
  write_data("stamp", stamp);
  remove_old_layers(used);
  written_ = std::move(used);
}

/// Those of the page before this one stay: it may be being read.
void FollowedPage::remove_old_layers(const std::set<std::string>& used) {
  std::vector<fs::path> old;
  std::error_code failed;
  for (auto entry = fs::directory_iterator(data_, failed); !failed && entry != fs::directory_iterator();
       entry.increment(failed)) {
    const std::string name = entry->path().stem().string();
    const bool is_layer = name.starts_with(kLayerBeginning) && entry->path().extension() == kScriptEnding;
    if (is_layer && !used.contains(name) && !written_.contains(name)) old.push_back(entry->path());
  }
  for (const fs::path& file : old) fs::remove(file, failed);
}

void FollowedPage::write_page() const {
  const PageAsset& asset = viewer_asset();
  const std::string nonce = new_nonce();
  const std::string island = json_object({{"name", json_text(request_.name)},
                                          {"id", json_text(viewer_id(request_.out))},
                                          {"version", json_text(FLOWRUN_VERSION)},
                                          {"runs", "[]"},
                                          {"layers", "[]"},
                                          {"notes", "[]"},
                                          {"folder", json_text(relative_link(request_.name + ".data"))},
                                          {"nonce", json_text(nonce)}});
  write_quickly(file(), with_nonce(asset.before, nonce) + "<script type=\"application/json\" id=\"page-data\">" + island +
                            "</script>\n" + std::string(asset.after));
}

}  // namespace flowrun
