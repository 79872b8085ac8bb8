#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "flowrun/host/file_stamps.h"
#include "flowrun/host/kept_results.h"
#include "flowrun/host/validated_graph.h"

namespace flowrun::results {

/// What makes a result what it is, as one hash: the node's type, its plugin's library, its parameters, the contents of the files
/// that it reads, the machine's arithmetic, and the keys of its inputs. Equal keys: equal results, bit by bit.
struct NodeKey {
  std::string text;                ///< 64 hexadecimal digits; empty: not known before the node runs
  std::vector<std::size_t> files;  ///< in CaseKeys::files: those that the node reads itself
};

/// A file as a key has it.
struct KeyFile {
  FileStamp stamp;  ///< with its hash
  FileStamp seen;   ///< how it looked before it was hashed: a file that was changed and put back in the meantime looks different
};

struct CaseKeys {
  std::vector<NodeKey> nodes;  ///< by node
  std::vector<KeyFile> files;
};

/// Hashes of files, also those that earlier runs made.
class KnownFiles {
 public:
  virtual ~KnownFiles() = default;
  virtual KeyFile hashed(const std::string& path) = 0;
};

/// Makes the keys of a graph's nodes. Any thread.
class KeyMaker {
 public:
  KeyMaker(std::shared_ptr<const ValidatedGraph> graph, const KeptResultsRequest& request);
  /// Hashes the files that are the same for all cases, which nodes read when they are opened: before they are.
  void hash_models(KnownFiles& files);
  CaseKeys of_case(const Case& one, KnownFiles& files) const;

 private:
  struct Making;
  std::string node_text(std::size_t node) const;
  std::string key_of(Making& making, std::size_t node) const;
  std::string key_of_own(const Case& one, std::size_t node) const;
  const KeyFile& add_file(Making& making, std::size_t node, const std::string& path) const;

  std::shared_ptr<const ValidatedGraph> graph_;
  std::filesystem::path out_;
  std::string device_;
  ContentOf content_of_;
  std::string common_;                       ///< what all keys contain
  std::map<std::string, KeyFile> models_;    ///< by path
  std::vector<std::string> texts_;           ///< of each node, what is the same for all cases; empty: a node without a key
};

/// What of this machine may change bits: its processor and what libraries choose by, its graphics cards.
std::string machine_text();

}  // namespace flowrun::results
