// An HDF5 file of weights, as Keras writes it.
#include "cnn/keras_weights.h"
#include "support/target.h"

using namespace flowrun::cnn;

void flowrun::fuzz::look_at(std::string_view bytes) {
  accepts([&] {
    const hdf5::Contents contents = hdf5::read(bytes);
    for (const hdf5::DataSet& set : contents.data_sets) {
      std::int64_t values = 1;
      for (const std::int64_t axis : set.shape) values *= axis;
      require(static_cast<std::size_t>(values) * sizeof(float) == set.bytes.size(), "a data set has the bytes of its shape");
      const bool inside = set.bytes.data() >= bytes.data() && set.bytes.data() + set.bytes.size() <= bytes.data() + bytes.size();
      require(inside, "a data set's bytes are the file's");
    }
  });
  accepts([&] { KerasWeights("weights.hdf5", std::string(bytes)).check(nicmslesions_rules(2), {"T1", "FLAIR"}); });
}
