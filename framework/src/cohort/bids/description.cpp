// The files that make an output folder a BIDS derivative.
#include "flowrun/host/bids.h"
#include "flowrun/host/file_content.h"
#include "flowrun/sdk/atomic_file.h"
#include "flowrun/sdk/error.h"
#include "json/json.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostBytes = 1 << 20;
const char* const kFile = "dataset_description.json";
const char* const kVersion = "1.9.0";  // of BIDS, which these names follow

/// The description of a data set, or nothing when there is none that can be read.
std::optional<json::Value> read_description(const fs::path& file) {
  try {
    Diagnostics unused;
    return json::parse(read_plain_file(file, kMostBytes), file.string(), unused);
  } catch (const Error&) {
    return std::nullopt;
  }
}

std::string text_of(const json::Value& object, const char* name) {
  const json::Value* value = object.find(name);
  return value ? value->text() : "";
}

bool is_made_by_flowrun(const json::Value& description) {
  const json::Value* makers = description.find("GeneratedBy");
  if (!makers) return false;
  for (const json::Value& maker : makers->items())
    if (text_of(maker, "Name") == "flowrun") return true;
  return false;
}

/// A file URL: bytes that it cannot contain are written as %XX.
std::string file_url(const fs::path& path) {
  static const char* const kDigits = "0123456789ABCDEF";
  static const std::string kPlain = "/-._~";
  std::string url = "file://";
  for (const char c : path.string()) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (byte < 0x80 && std::isalnum(byte)) || kPlain.find(c) != std::string::npos;
    if (plain) url += c;
    else url += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
  }
  return url;
}

/// Where the data set of "bids:source:..." lies: by its way from the results where they lie in it, so that both can be moved.
std::string link_to(const fs::path& source, const fs::path& out) {
  const fs::path from = fs::weakly_canonical(out), to = fs::weakly_canonical(source);
  const fs::path inside = from.lexically_relative(to);
  const bool lies_in = !inside.empty() && inside.begin()->string() != ".." && inside != ".";
  return lies_in ? to.lexically_relative(from).string() : file_url(to);
}

json::Value source_value(const fs::path& source, const json::Value& description) {
  json::Value value = json::Value::object();
  value.set("URL", file_url(fs::weakly_canonical(source)));
  if (const std::string doi = text_of(description, "DatasetDOI"); !doi.empty()) value.set("DOI", doi);
  return value;
}

}  // namespace

std::string bids_description_fault(const fs::path& dataset) {
  const fs::path file = dataset / kFile;
  std::error_code unknown;
  if (!fs::exists(file, unknown)) return "";
  const std::string name = "'" + file.string() + "' ";
  try {
    Diagnostics faults;
    const std::optional<json::Value> tree = json::parse(read_plain_file(file, kMostBytes), file.string(), faults);
    if (!tree || faults.has_errors()) return name + "is not JSON" + (faults.all().empty() ? "" : ": " + to_string(faults.all().front()));
    return tree->is(json::Kind::object) ? "" : name + "is no JSON object";
  } catch (const Error& fault) {
    return name + "cannot be used: " + fault.what();
  }
}

std::string bids_derivative_fault(const fs::path& out) {
  const FileContent content = content_of(out / kFile);
  if (content.state == ContentState::absent) return "";
  if (content.state != ContentState::here)
    return "'" + (out / kFile).string() + "' " + content.why + "; who made the data set there is not known without it";
  const auto description = read_description(out / kFile);
  if (description && is_made_by_flowrun(*description)) return "";
  return "'" + (out / kFile).string() +
         "' describes a data set that flowrun did not make; give the results a folder of their own, "
         "such as derivatives/flowrun in the data set";
}

void write_bids_description(const fs::path& out, const BidsDerivative& derivative) {
  const json::Value source = read_description(derivative.source / kFile).value_or(json::Value::object());
  const std::string of = text_of(source, "Name");
  const json::Value maker = json::Value::object()
                                .set("Name", "flowrun")
                                .set("Version", derivative.version)
                                .set("Description", "Graph " + derivative.graph + " run by flowrun");
  const json::Value description =
      json::Value::object()
          .set("Name", of.empty() ? derivative.graph : derivative.graph + " of " + of)
          .set("BIDSVersion", kVersion)
          .set("DatasetType", "derivative")
          .set("GeneratedBy", json::Value::array().push(maker))
          .set("SourceDatasets", json::Value::array().push(source_value(derivative.source, source)))
          .set("DatasetLinks", json::Value::object().set(kBidsSource, link_to(derivative.source, out)));
  write_atomically(out / kFile, json::write(description));
  std::error_code unused;
  if (!fs::exists(fs::symlink_status(out / ".bidsignore", unused)))  // a link to nothing stays, too
    write_atomically(out / ".bidsignore",
                     "# flowrun's own records, pictures, and files that the graph gives no BIDS name\n"
                     "/flowrun\n/flowrun-run*\n/cases*.csv\n/report.html\nfigures\n/sub-*_*\n");
}

}  // namespace flowrun
