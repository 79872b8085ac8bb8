// The record of one case: what it was made of, how it went, what it left. Written when the case has ended; what tables, pages,
// shards and --resume know of a run they know from these.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "flowrun/host/runtime.h"

namespace flowrun {

/// A file as it was. `sha256` is empty where it could not be read, or changed while the case ran.
struct FileStamp {
  std::string path;
  std::int64_t size = -1;     ///< bytes; of a folder, the sum over its files; -1: it was not there
  std::int64_t mtime_ns = 0;  ///< since the epoch; of a folder, the latest of its files
  std::string sha256;         ///< of a folder, of the names and contents of its files
  /// What else a change of the file leaves behind: its identity on the disk and the time of its last change (inode and ctime),
  /// of each file of a folder and of the files that a header names. Empty: not known, or so young when the hash was made that a
  /// later change could look the same; such a file is hashed to be compared.
  std::string marks;
};

/// A file that the case read.
struct InputFile {
  std::string name;  ///< of the graph's input, or "node.parameter"
  FileStamp file;
};

/// A file that all cases read: a model.
struct ModelFile {
  std::string node;
  std::string parameter;
  FileStamp file;
};

/// A file that the case wrote.
struct OutputFile {
  std::string node;
  std::string parameter;
  FileStamp file;  ///< `path` is relative to the output folder where the file lies in it, else absolute
};

/// A node of the graph, as the case met it.
struct NodeRecord {
  std::string id;
  std::string type;
  std::string plugin;
  std::string plugin_version;
  std::vector<std::pair<std::string, std::string>>
      params;                       ///< before substitution of what belongs to a case: "${out}/${case}.nii.gz"
  std::vector<std::string> inputs;  ///< "volume <- flair.volume"
  std::int64_t firings = 0;
  double busy_s = 0;              ///< sum over threads
  double begin_s = 0, end_s = 0;  ///< of its first and its last call, since the case began
  bool kept = false;  ///< it did not run, because results of an earlier run were there
  std::string plugin_hash;        ///< SHA-256 of the plugin's library; empty: a record of an older flowrun, or no library
};

struct CaseRecord {
  std::string name;  ///< empty: what the run did outside its cases
  CaseStatus status = CaseStatus::not_started;
  std::vector<CaseError> errors;
  std::vector<std::string> warnings;  ///< "node: sentence"
  /// Nodes that did not run, with the reason: "t2 is missing"; no reason: what it needs is left out.
  std::vector<std::pair<std::string, std::string>> left_out;
  std::vector<Report> reports;
  std::vector<std::pair<std::string, std::string>> columns;  ///< of the table, as the graph has them; none in older records
  std::string started;  ///< ISO 8601, UTC: "2026-03-01T12:30:05Z"
  double seconds = 0;
  std::int64_t peak_payload_bytes = 0;
  int attempt = 1;         ///< how many runs have tried this case
  std::string flowrun;     ///< version of the program; empty: a record of an older flowrun
  std::string graph;       ///< its name
  std::string graph_file;  ///< as given on the command line
  std::string graph_hash;  ///< SHA-256 of the nodes, parameters, edges, plugin versions and libraries that are in `nodes`
  std::vector<NodeRecord> nodes;                            ///< in the graph's order
  std::vector<std::pair<std::string, std::string>> values;  ///< inputs of the graph that are no files, as text
  std::vector<InputFile> inputs;
  std::vector<ModelFile> models;
  std::vector<OutputFile> outputs;
  std::string replay;  ///< folder of the failed firing's packets, relative to the output folder; empty: none
  /// Of a case that is not done: the folder, relative to the output folder, of what an earlier run had made of it; empty: none.
  std::string earlier;
};

/// "<out>/flowrun/cases". `word`: of a graph that is not the first one of the folder, "<out>/flowrun/cases.<word>".
std::filesystem::path case_records_folder(const std::filesystem::path& out, const std::string& word = "");
/// "<out>/flowrun/cases/<name>.json"; of an empty name, "<out>/flowrun/run.json". `word`: as above, "run.<word>.json".
std::filesystem::path case_record_file(const std::filesystem::path& out, const std::string& name, const std::string& word = "");

/// Writes a record as JSON; it appears whole or not at all, and is on the disk when this returns. Throws Error.
void write_case_record(const std::filesystem::path& file, const CaseRecord& record);
/// Throws Error, a sentence, for a file that is missing, damaged or of a newer format. Keys that it does not know are ignored.
CaseRecord read_case_record(const std::filesystem::path& file);

struct CaseRecords {
  std::vector<CaseRecord> records;      ///< by name
  std::vector<std::string> unreadable;  ///< a sentence for each file that is no record
};
/// All records of one graph in an output folder. Throws Error when its folder of records cannot be read; none at all is no error.
CaseRecords read_case_records(const std::filesystem::path& out, const std::string& word = "");

/// The nodes, their order, parameters, edges, plugin versions and the hashes of the plugins' libraries as a record keeps them,
/// and the hash over them. `device`: of the nodes whose graph says nothing of it.
std::vector<NodeRecord> node_records(const ValidatedGraph& graph, const std::string& device = "auto");
std::string graph_hash(const std::vector<NodeRecord>& nodes);

}  // namespace flowrun
