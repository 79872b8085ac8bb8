// Transform files against ITK's own reader and writer.
#ifdef FLOWRUN_TEST_WITH_ITK
#include <doctest/doctest.h>
#include <itkCompositeTransform.h>
#include <itkDisplacementFieldTransform.h>
#include <itkEuler3DTransform.h>
#include <itkHDF5TransformIO.h>
#include <itkSimilarity3DTransform.h>
#include <itkTransformFactoryBase.h>
#include <itkTransformFileReader.h>
#include <itkTransformFileWriter.h>
#include <itkTxtTransformIO.h>
#include <itkVersorRigid3DTransform.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>

#include "flowrun/sdk/transform.h"
#include "flowrun/testing/node_runner.h"
#include "itk_images.h"

namespace flowrun::testing {
namespace {

using Any = itk::Transform<double, 3, 3>;

std::string file_of(const std::string& name) {
  return (std::filesystem::temp_directory_path() / ("flowrun_itk_" + std::to_string(::getpid()) + name)).string();
}

itk::TransformIOBaseTemplate<double>::Pointer io_of(const std::string& name) {
  if (name.ends_with(".h5")) return itk::HDF5TransformIOTemplate<double>::New().GetPointer();
  return itk::TxtTransformIOTemplate<double>::New().GetPointer();
}

/// Both put a few places at the same place.
void check_same(const Transform& own, const Any& by_itk) {
  for (const Point& p : {Point{0, 0, 0}, Point{13, -27, 41}, Point{-6, 8, 3}}) {
    const auto at = by_itk.TransformPoint(itk::Point<double, 3>(p));
    const Point found = own.apply(p);
    for (std::size_t k = 0; k < 3; ++k) CHECK(found[k] == doctest::Approx(at[static_cast<unsigned>(k)]).epsilon(1e-6));
  }
}

Transform through_file(const Any* transform, const std::string& ending) {
  const std::string file = file_of(ending);
  const auto writer = itk::TransformFileWriterTemplate<double>::New();
  writer->SetTransformIO(io_of(file));
  writer->SetFileName(file);
  writer->SetInput(transform);
  writer->Update();
  NodeRunner runner("registration.read", {{"path", file}, {"trust_hdf5", true}});
  runner.run();
  std::filesystem::remove(file);
  return runner.output<Transform>("transform");
}

itk::Euler3DTransform<double>::Pointer turned() {
  const auto transform = itk::Euler3DTransform<double>::New();
  transform->SetCenter(itk::Point<double, 3>(Point{5, 6, 7}));
  transform->SetRotation(0.3, -0.4, 0.5);
  transform->SetTranslation(itk::Vector<double, 3>(Point{1, 2, 3}.data()));
  return transform;
}

itk::DisplacementFieldTransform<double, 3>::Pointer displacing() {
  const Geometry grid{.size = {6, 5, 4}, .spacing = {10, 20, 30}, .origin = {-20, -45, -30}};
  std::vector<itk::Vector<double, 3>> vectors(120);
  for (std::size_t i = 0; i < vectors.size(); ++i)
    for (unsigned k = 0; k < 3; ++k) vectors[i][k] = std::sin(static_cast<double>(3 * i + k));
  const auto transform = itk::DisplacementFieldTransform<double, 3>::New();
  transform->SetDisplacementField(itk_image<itk::Vector<double, 3>>(grid, vectors));
  return transform;
}

}  // namespace

TEST_CASE("registration.read: ITK's rigid and similar transforms mean what they mean in ITK") {
  const auto versor = itk::VersorRigid3DTransform<double>::New();
  versor->SetCenter(itk::Point<double, 3>(Point{5, 6, 7}));
  versor->SetRotation(itk::Vector<double, 3>(Point{0.2, 0.5, -0.8}.data()), 0.7);
  const auto similar = itk::Similarity3DTransform<double>::New();
  similar->SetCenter(itk::Point<double, 3>(Point{-3, 1, 2}));
  similar->SetRotation(itk::Vector<double, 3>(Point{0.2, 0.5, -0.8}.data()), 0.7);
  similar->SetScale(1.3);
  const auto zyx = turned();
  zyx->SetComputeZYX(true);
  for (const std::string ending : {".tfm", ".h5"}) {
    check_same(through_file(turned(), ending), *turned());
    check_same(through_file(zyx, ending), *zyx);
    check_same(through_file(versor, ending), *versor);
    check_same(through_file(similar, ending), *similar);
    check_same(through_file(displacing(), ending), *displacing());
  }
}

TEST_CASE("registration.read: the parts of ITK's composite are applied in ITK's order") {
  const auto composite = itk::CompositeTransform<double, 3>::New();
  composite->AddTransform(turned());
  composite->AddTransform(displacing());
  for (const std::string ending : {".tfm", ".h5"}) check_same(through_file(composite, ending), *composite);
}

TEST_CASE("registration.write: ITK reads what is written, affine and composite") {
  itk::TransformFactoryBase::RegisterDefaultTransforms();
  Transform own = affine_transform({0.98, -0.1, 0.05, 3.2, 0.11, 1.02, -0.04, -2.1, -0.03, 0.06, 0.97, 1.3}, "flair", "t1");
  for (int parts = 1; parts <= 2; ++parts) {
    for (const std::string ending : {".tfm", ".h5"}) {
      const std::string file = file_of(ending);
      NodeRunner runner("registration.write", {{"path", file}});
      runner.input("transform", own).run();
      const auto reader = itk::TransformFileReaderTemplate<double>::New();
      reader->SetTransformIO(io_of(file));
      reader->SetFileName(file);
      reader->Update();
      REQUIRE(reader->GetTransformList()->size() == 1);
      check_same(own, dynamic_cast<const Any&>(*reader->GetTransformList()->front()));
      std::filesystem::remove(file);
    }
    own = composed(through_file(displacing(), ".h5"), own);
  }
}

}  // namespace flowrun::testing
#endif
