#include "registry/matrix_kernels.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <string>

#include "flowrun/host/registry.h"

namespace flowrun::registry {
namespace {

TEST_CASE("matrix_kernels: by what an Intel processor can; others are left to OpenBLAS") {
  CHECK(matrix_kernels_for({.intel = true, .avx2 = true, .avx512 = true}) == "SkylakeX");
  CHECK(matrix_kernels_for({.intel = true, .avx2 = true}) == "Haswell");
  CHECK(matrix_kernels_for({.intel = true}).empty());
  CHECK(matrix_kernels_for({.avx2 = true, .avx512 = true}).empty());
}

TEST_CASE("matrix_kernels: what the person has set is left as it is") {
  REQUIRE(::setenv("OPENBLAS_CORETYPE", "Haswell", 1) == 0);
  choose_matrix_kernels();
  CHECK(std::string(std::getenv("OPENBLAS_CORETYPE")) == "Haswell");
}

}  // namespace
}  // namespace flowrun::registry
