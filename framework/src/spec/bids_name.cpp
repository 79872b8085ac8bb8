#include "flowrun/host/bids.h"

#include <algorithm>
#include <cctype>

namespace flowrun {
namespace {

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c); });
}

std::string_view without_zeros(std::string_view number) {
  const std::size_t first = number.find_first_not_of('0');
  return first == std::string_view::npos ? number.substr(number.size() - 1) : number.substr(first);
}

bool same_value(std::string_view a, std::string_view b) {
  return a == b || (is_number(a) && is_number(b) && without_zeros(a) == without_zeros(b));
}

std::string tail(const BidsName& name) {
  std::string text;
  for (const auto& [entity, value] : name.entities)
    if (!value.empty()) text += "_" + entity + "-" + value;
  return text + "_" + name.suffix;
}

}  // namespace

const std::vector<std::string>& bids_entities() {
  static const std::vector<std::string> kEntities{"sample", "task", "tracksys", "acq",   "nuc",   "voi",   "ce",        "trc",
                                                  "stain",  "rec",  "dir",      "run",   "mod",   "echo",  "flip",      "inv",
                                                  "mt",     "part", "proc",     "hemi",  "space", "split", "recording", "chunk",
                                                  "seg",    "res",  "den",      "label", "desc"};
  return kEntities;
}

const std::vector<std::string>& bids_datatypes() {
  static const std::vector<std::string> kDatatypes{"anat", "beh",  "dwi",    "eeg", "figures", "fmap", "func", "ieeg",
                                                   "meg",  "micr", "motion", "mrs", "nirs",    "perf", "pet"};
  return kDatatypes;
}

bool is_bids_label(std::string_view text) {
  constexpr std::size_t kLongest = 100;
  return !text.empty() && text.size() <= kLongest && text.front() != '+' &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isalnum(c) || c == '+'; });
}

const std::string* BidsFileName::find(std::string_view entity) const {
  for (const auto& [name, value] : entities)
    if (name == entity) return &value;
  return nullptr;
}

std::optional<BidsFileName> parse_bids_name(std::string_view file_name) {
  BidsFileName parsed;
  const std::size_t dot = file_name.find('.');
  std::string_view rest = file_name.substr(0, dot);
  if (dot != std::string_view::npos) parsed.extension = file_name.substr(dot);
  for (std::size_t end = rest.find('_'); end != std::string_view::npos; end = rest.find('_')) {
    const std::string_view part = rest.substr(0, end);
    const std::size_t dash = part.find('-');
    if (dash == std::string_view::npos || dash == 0 || !is_bids_label(part.substr(dash + 1))) return std::nullopt;
    if (parsed.find(part.substr(0, dash))) return std::nullopt;
    parsed.entities.emplace_back(part.substr(0, dash), part.substr(dash + 1));
    rest.remove_prefix(end + 1);
  }
  if (parsed.entities.empty() || parsed.entities.front().first != "sub" || !is_bids_label(rest)) return std::nullopt;
  parsed.suffix = rest;
  return parsed;
}

bool matches(const BidsName& wanted, const BidsFileName& file) {
  if (file.suffix != wanted.suffix) return false;
  return std::all_of(wanted.entities.begin(), wanted.entities.end(), [&](const auto& entity) {
    const std::string* value = file.find(entity.first);
    return entity.second.empty() ? value == nullptr : value && same_value(*value, entity.second);
  });
}

std::string bids_path(const std::string& session, const BidsName& name, const std::string& extension) {
  return name.datatype + "/" + session + tail(name) + extension;
}

std::string to_string(const BidsName& name) { return name.datatype + "/*" + tail(name); }

}  // namespace flowrun
