// Names of the Brain Imaging Data Structure (bids-specification.readthedocs.io): sub-01_ses-02_acq-fast_FLAIR.nii.gz is made of
// entities (sub, ses, acq), a suffix (FLAIR) and an extension, and lies in sub-01/ses-02/anat, anat being its datatype.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "flowrun/host/diagnostic.h"

namespace flowrun {

/// One field of the JSON file that describes an image.
struct BidsField {
  std::string name;
  std::string value;  ///< JSON
  std::string input;  ///< of "${flair}": the input of the graph whose file it names; else empty
};

/// What a graph says about one file of a session: which one an input takes, or how the file that a node writes is called.
struct BidsName {
  std::string datatype = "anat";  ///< the folder: one of bids_datatypes()
  std::string suffix;             ///< "FLAIR", "T1w", "mask"
  /// In the order of file names. Of an input: an empty value means that the entity must not be there; those not listed are free.
  std::vector<std::pair<std::string, std::string>> entities;
  std::vector<BidsField> metadata;  ///< of a file that is written
};

/// Short names of the entities in their order in file names, without sub and ses.
const std::vector<std::string>& bids_entities();
/// "anat", "dwi" and so on, and "figures", where derivatives keep pictures.
const std::vector<std::string>& bids_datatypes();
/// Whether the text can be an entity's value, a suffix or a participant: letters and digits ('+' joins them since BIDS 1.10).
bool is_bids_label(std::string_view text);

/// The parts of a file's name.
struct BidsFileName {
  std::vector<std::pair<std::string, std::string>> entities;  ///< sub and ses too, in the name's order
  std::string suffix;
  std::string extension;  ///< ".nii.gz"
  const std::string* find(std::string_view entity) const;
};
/// Nothing when the name is not one of BIDS.
std::optional<BidsFileName> parse_bids_name(std::string_view file_name);

/// Whether the file is one that `wanted` describes; its datatype, which is the folder, is not looked at. "1" and "01" are one
/// run.
bool matches(const BidsName& wanted, const BidsFileName& file);

/// "anat/sub-01_ses-02_desc-lesions_mask.nii.gz" for the session "sub-01_ses-02".
std::string bids_path(const std::string& session, const BidsName& name, const std::string& extension);
/// "anat/*_desc-lesions_mask", for people.
std::string to_string(const BidsName& name);

/// The name of the data set that results come from, in links such as "bids:source:sub-01/anat/sub-01_FLAIR.nii.gz".
inline constexpr const char* kBidsSource = "source";

/// What is written about results that come from a data set.
struct BidsDerivative {
  std::string graph;             ///< its name
  std::string version;           ///< of flowrun
  std::filesystem::path source;  ///< the data set's folder
};
/// Why results cannot go to a folder: it contains a data set that flowrun did not make. Empty: they can.
std::string bids_derivative_fault(const std::filesystem::path& out);
/// Why a data set's dataset_description.json says nothing: it is no JSON, or no object. Empty: it is there and can be read, or it
/// is not there.
std::string bids_description_fault(const std::filesystem::path& dataset);
/// Writes dataset_description.json (DatasetType derivative, GeneratedBy, SourceDatasets), and a .bidsignore where there is none,
/// into a folder that is there. Throws Error.
void write_bids_description(const std::filesystem::path& out, const BidsDerivative& derivative);

}  // namespace flowrun
