// Pickles that somebody made wrong, or made to do harm: each is refused by name and nothing of it is run.
#include <doctest/doctest.h>

#include "flowrun/testing/node_runner.h"
#include "made_up_weights.h"
#include "test_folder.h"

namespace flowrun::testing {
namespace {

using Pickle = PickleWriter;

const std::string kHead = "\x80\x02";

std::string error_of(const std::string& pickle) {
  const TestFolder folder;
  NodeRunner runner("cnn.import_weights");
  runner.set("weights", folder.write("w.pkl", pickle)).set("model", folder.file("m.pt"));
  const std::string text = runner.error_of_run();
  CHECK(folder.entries() == 1);
  return text;
}

std::string with_array(const std::string& array) { return Pickle::weights_of({{"conv1_1", array}}); }

TEST_CASE("pickle: names that could do harm are refused, and nothing is run") {
  const TestFolder folder;
  const std::string mark = folder.file("ran");
  const std::string call = Pickle::text("touch " + mark) + "\x85" + "R.";
  CHECK(contains(error_of(kHead + Pickle::global("os", "system") + call),
                 "the pickle asks for 'os.system', which a file of weights does not need; nothing of it was run"));
  CHECK(contains(error_of(kHead + Pickle::global("__builtin__", "eval") + call), "asks for '__builtin__.eval'"));
  CHECK(contains(error_of(kHead + Pickle::global("builtins", "exec") + call), "asks for 'builtins.exec'"));
  CHECK(contains(error_of(kHead + Pickle::global("numpy.core.multiarray", "fromfile") + call),
                 "asks for 'numpy.core.multiarray.fromfile'"));
  CHECK(contains(error_of("cos\nsystem\n(S'touch'\ntR."), "asks for 'os.system'"));
  CHECK(!std::filesystem::exists(mark));
}

TEST_CASE("pickle: control characters in a name do not reach the message") {
  CHECK(contains(error_of(kHead + Pickle::global("os\x1b[2J", "system")), "asks for 'os?[2J.system'"));
}

TEST_CASE("pickle: known names called in another way than numpy does are refused") {
  CHECK(contains(error_of(kHead + Pickle::global("numpy", "ndarray") + ")R."), "it calls 'numpy.ndarray' in a way that no file"));
  CHECK(contains(error_of(kHead + Pickle::global("collections", "OrderedDict") + "K\x01\x85R."),
                 "it calls 'collections.OrderedDict' in a way"));
  CHECK(contains(error_of(kHead + Pickle::global("_codecs", "encode") + Pickle::text("a") + Pickle::text("rot13") + "\x86R."),
                 "it calls '_codecs.encode' in a way"));
  CHECK(contains(error_of(kHead + "]" + ")R."), "it calls a list as if it were a function"));
  CHECK(contains(error_of(kHead + "]" + "}b."), "it sets the state of a list"));
}

TEST_CASE("pickle: operations that weights do not need are refused by number and place") {
  CHECK(contains(error_of(kHead + "P12\n."), "operation 0x50 at byte 2 is none that a file of weights needs"));
  CHECK(contains(error_of(kHead + "(i__main__\nX\n."), "operation 0x69 at byte 3"));
  CHECK(contains(error_of(kHead + "\x82\x01."), "operation 0x82"));
  CHECK(contains(error_of("\x80\x04."), "it is of pickle protocol 4; protocols 2 and 3 are read"));
}

TEST_CASE("pickle: a file cut short at any place is told to be") {
  const std::string whole = with_array(Pickle::array(random_array({2, 3}, 1, 1)));
  for (std::size_t size = 0; size + 1 < whole.size(); ++size) {
    const std::string text = error_of(whole.substr(0, size));
    CHECK_MESSAGE(contains(text, "it is cut short or damaged"), "of size ", size, ": ", text);
  }
}

TEST_CASE("pickle: a changed byte gives a sentence or other weights, never a crash") {
  const std::string whole = with_array(Pickle::array(random_array({2, 3}, 1, 1)));
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const int change : {0x01, 0x80, 0xFF}) {
      std::string changed = whole;
      changed[at] = static_cast<char>(changed[at] ^ change);
      CHECK(!error_of(changed).empty());
    }
  }
}

TEST_CASE("pickle: huge lengths, numbers and stacks are refused") {
  CHECK(contains(error_of(kHead + "T\xff\xff\xff\xff"
                                  "abc."),
                 "it needs 4294967295 more bytes, and there are 4"));
  CHECK(contains(error_of(kHead + "\x8a\x20" + std::string(32, 'x') + "."), "a number of 32 bytes"));
  CHECK(contains(error_of(kHead + std::string(20000, ']') + "."), "it has more than 10000 operations"));
  CHECK(contains(error_of(kHead + std::string(20000, '(') + "."), "it has more than 10000 operations"));
  CHECK(contains(error_of(kHead + "c" + std::string(5000, 'x')), "the name at byte 3 has no end"));
}

TEST_CASE("pickle: deep nesting and lists that hold themselves are no trouble") {
  std::string nested = kHead + "N";
  for (int depth = 0; depth < 5000; ++depth) nested += "\x85";
  CHECK(contains(error_of(nested + "."), "it contains a tuple, not a dictionary of layers"));
  CHECK(contains(error_of(kHead + "]q\x01h\x01"
                                  "a."),
                 "it contains a list, not a dictionary of layers"));
  CHECK(contains(error_of(kHead + "}q\x01" + Pickle::text("in") + "h\x01s."),
                 "not a dictionary from layer names to lists of arrays"));
}

TEST_CASE("pickle: operations without their values are damage") {
  CHECK(contains(error_of(kHead + "."), "it is damaged: an operation before byte 3 needs more values than there are"));
  CHECK(contains(error_of(kHead + "e."), "it is damaged"));
  CHECK(contains(error_of(kHead + "]t."), "has no beginning"));
  CHECK(contains(error_of(kHead + "(R."), "it is damaged"));
  CHECK(contains(error_of(kHead + "h\x07."), "it refers to a value not yet read"));
  CHECK(contains(error_of(kHead + "NNa."), "it adds to nothing as if it were a list"));
  CHECK(contains(error_of(kHead + "}(Nu."), "a dictionary has a key without a value"));
}

TEST_CASE("pickle: a list that is named again and again does not take more memory than the file") {
  std::string layers = kHead + "}(" + Pickle::text("a") + "](" + Pickle::array({1}, "<f4", false, std::string(4, '\0')) + "q\x01";
  for (int i = 0; i < 400; ++i) layers += "h\x01";
  layers += "eq\x02";
  for (int i = 0; i < 400; ++i) layers += Pickle::text("b") + "h\x02";
  CHECK(contains(error_of(layers + "u."), "it contains more than 1000 layers or arrays"));
}

TEST_CASE("pickle: arrays whose type, order, shape or size is not right are refused") {
  const std::string six(24, '\0');
  CHECK(contains(error_of(with_array(Pickle::array({2, 3}, "<f8", false, six))),
                 "an array of type '<f8'; '<f4' (float32, little-endian)"));
  CHECK(contains(error_of(with_array(Pickle::array({2, 3}, ">f4", false, six))), "an array of type '>f4'"));
  CHECK(contains(error_of(with_array(Pickle::array({2, 3}, "|O", false, six))), "an array of type '|O'"));
  CHECK(contains(error_of(with_array(Pickle::array({2, 3}, "<f4", true, six))), "an array in Fortran order"));
  CHECK(
      contains(error_of(with_array(Pickle::array({2, 4}, "<f4", false, six))), "should have 32 bytes by its shape, but has 24"));
  CHECK(contains(error_of(with_array(Pickle::array({-2, -3}, "<f4", false, six))), "not made of whole numbers above 0"));
  CHECK(contains(error_of(with_array(Pickle::array({1 << 27, 1 << 27, 1 << 27}, "<f4", false, six))), "larger than any file"));
  CHECK(contains(error_of(with_array(Pickle::array({}, "<f4", false, six))), "between 1 and 8 axes"));
  CHECK(contains(error_of(with_array("K\x05")), "it contains a number where an array of weights is expected"));
}

TEST_CASE("pickle: what Python 3 writes in protocol 2 is read too") {
  // {'conv1_1': [float32 [1.0, -2.0]]}: the dictionary is filled in later, texts are unicode, bytes are text to be encoded.
  const std::string bytes("\x00\x00\xc2\x80?\x00\x00\x00\xc3\x80", 10);
  const std::string data = Pickle::global("_codecs", "encode") + "X" + std::string("\x0a\0\0\0", 4) + bytes + "X" +
                           std::string("\x06\0\0\0", 4) + "latin1\x86R";
  std::string array = Pickle::array({2}, "<f4", false, "");
  array.replace(array.rfind(Pickle::text("")), Pickle::text("").size(), data);
  const std::string pickle =
      kHead + Pickle::global("collections", "OrderedDict") + ")R(X" + std::string("\x07\0\0\0", 4) + "conv1_1](" + array + "eu.";
  CHECK(contains(error_of(pickle), "layer 'conv1_1' contains 1 arrays"));  // read as arrays; that it is no network is another matter
  CHECK(contains(error_of(pickle), "layer 'out' is missing"));
}

}  // namespace
}  // namespace flowrun::testing
