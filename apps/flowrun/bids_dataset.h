#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "bids_ignore.h"
#include "flowrun/host/bids.h"

namespace flowrun {

/// The folders and files of a BIDS data set that concern a graph.
class BidsDataset {
 public:
  struct Session {
    std::string subject;         ///< label: "01"
    std::string session;         ///< label; empty: the participant has no sessions
    std::string name() const;    ///< "sub-01_ses-02"
    std::string folder() const;  ///< "sub-01/ses-02"
  };
  struct File {
    std::string path;
    BidsFileName name;
  };

  explicit BidsDataset(std::filesystem::path root);

  const std::filesystem::path& root() const { return root_; }
  /// Every session of every participant, in natural order.
  const std::vector<Session>& sessions() const { return sessions_; }
  /// Files of a session's datatype folder that have one of the extensions, by name.
  std::vector<File> files(const Session& session, const std::string& datatype, const std::vector<std::string>& extensions);
  /// Folders and files, as seen so far, that look as if they belonged to the data set and have no valid name.
  const std::vector<std::string>& misnamed() const { return misnamed_; }
  /// Participants of participants.tsv that have no folder.
  std::vector<std::string> missing_participants() const;

 private:
  std::vector<std::string> labels(const std::string& folder, const std::string& prefix);
  std::vector<std::string> names(const std::string& folder, bool folders) const;

  std::filesystem::path root_;
  BidsIgnore ignore_;
  std::vector<Session> sessions_;
  std::vector<std::string> misnamed_;
};

}  // namespace flowrun
