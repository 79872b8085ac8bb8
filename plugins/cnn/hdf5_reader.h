#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace flowrun::cnn::hdf5 {

/// An array of float32 in C order (the last axis runs fastest), little-endian, as the file contains it.
struct DataSet {
  std::string name;  ///< from the root: "conv1_1/conv1_1/kernel"; what is no printable character became "?"
  std::vector<std::int64_t> shape;
  std::string_view bytes;  ///< of the file; 4 for each value, not aligned
};

/// What is taken from a file.
struct Contents {
  std::map<std::string, std::string> texts;  ///< attributes of the root that are one text, by name
  std::vector<DataSet> data_sets;
};

/// Whether these are the first bytes of an HDF5 file.
bool is_hdf5(std::string_view file);

/// Reads the groups and data sets of an HDF5 file (https://docs.hdfgroup.org/hdf5/develop/_f_m_t3.html) in the form that h5py and
/// Keras write by default: superblock 0, object headers 1, groups of symbol tables, data sets in one piece. The bytes are not
/// trusted: they are read as plain data, and what such a file does not need is refused. Nothing
/// is copied but names: time and memory are bounded by the file's size and by 1000 data sets, 10,000 nodes of the file and 8
/// groups within each other.
///
/// Refused with an Error, in a sentence without the file's name: what is damaged or cut short, newer forms, links to elsewhere,
/// data in other files, filters (compression), chunks, and values other than float32.
Contents read(std::string_view file);

}  // namespace flowrun::cnn::hdf5
