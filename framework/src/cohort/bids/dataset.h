#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cohort/bids/ignore.h"
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
    std::string path;  ///< by the names of the data set: of a link, not what it leads to
    BidsFileName name;
    std::string lack;  ///< why its content is missing (FileContent::why); empty: it is there
  };

  explicit BidsDataset(std::filesystem::path root);

  const std::filesystem::path& root() const { return root_; }
  /// Every session of every participant, in natural order.
  const std::vector<Session>& sessions() const { return sessions_; }
  /// Files of a session's datatype folder that have one of the extensions, by name; those too whose content was dropped, and
  /// links to nothing.
  std::vector<File> files(const Session& session, const std::string& datatype, const std::vector<std::string>& extensions);
  /// Why a session's datatype folder cannot be reached where a link to nothing is on the way: "'study/sub-01/anat' cannot be
  /// reached: 'study/sub-01' is a broken link to ..."; empty: it is there, or no such folder was made.
  std::string lost_folder(const Session& session, const std::string& datatype) const;
  /// Folders, as seen so far, that the system does not let us look into, each with its reason; and what is wrong with
  /// .bidsignore.
  const std::vector<std::string>& unreadable() const { return unreadable_; }
  /// Folders and files, as seen so far, that look as if they belonged to the data set and have no valid name.
  const std::vector<std::string>& misnamed() const { return misnamed_; }
  /// Participants of participants.tsv that have no folder: "sub-20".
  std::vector<std::string> missing_participants() const;

 private:
  std::vector<std::string> labels(const std::string& folder, const std::string& prefix);
  std::vector<std::string> names(const std::string& folder, bool folders);

  std::filesystem::path root_;
  BidsIgnore ignore_;
  std::vector<Session> sessions_;
  std::vector<std::string> misnamed_;
  std::vector<std::string> unreadable_;
};

}  // namespace flowrun
