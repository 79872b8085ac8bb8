// A Python pickle of weights.
#include "cnn/weights_check.h"
#include "cnn/weights_file.h"
#include "support/target.h"

using namespace flowrun::cnn;

void flowrun::fuzz::look_at(std::string_view bytes) {
  accepts([&] {
    const WeightsFile weights("weights.pkl", std::string(bytes));
    for (const Layer& layer : weights.layers())
      for (const ArrayView& array : layer.arrays) {
        std::int64_t values = 1;
        for (const std::int64_t axis : array.shape) values *= axis;
        require(static_cast<std::size_t>(values) * sizeof(float) == array.bytes.size(), "an array has the bytes of its shape");
        require(array.bytes.size() <= bytes.size() * 2, "an array's bytes are the file's");
      }
    check_weights(weights, 4);
  });
}
