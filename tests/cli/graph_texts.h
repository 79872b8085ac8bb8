#pragma once

#include <filesystem>
#include <string>

namespace flowrun::testing {

/// One value a case, written to a text file: value -> make -> write.
inline const std::string kValueGraph = R"({
  "format": 1,
  "name": "value",
  "summary": "Writes a value",
  "parameters": { "suffix": { "type": "string", "default": "value", "help": "End of the file's name" } },
  "inputs": { "value": { "type": "number", "default": 7, "help": "What is written", "unit": "mm" } },
  "nodes": {
    "make": { "type": "clitest.make", "params": { "value": "${value}" } },
    "write": {
      "type": "clitest.write", "inputs": { "volume": "make.volume" },
      "params": { "path": "${out}/${case}_${suffix}.txt" }
    }
  }
})";

/// As above, with an image file as its input that has to be there.
inline const std::string kFileGraph = R"({
  "format": 1,
  "name": "file",
  "inputs": { "image": { "type": "path", "help": "An image" }, "value": { "type": "number", "default": 1 } },
  "nodes": {
    "make": { "type": "clitest.make", "params": { "value": "${value}", "file": "${image}" } },
    "write": { "type": "clitest.write", "inputs": { "volume": "make.volume" }, "params": { "path": "${out}/${case}.txt" } }
  }
})";

/// Two images that have to be there, and two files that are written, one of which has a name in BIDS.
inline const std::string kTwoFilesGraph = R"({
  "format": 1,
  "name": "two",
  "inputs": {
    "flair": { "type": "path", "bids": { "suffix": "FLAIR" } },
    "t1": { "type": "path", "bids": { "suffix": "T1w" } },
    "value": { "type": "number", "default": 1 }
  },
  "nodes": {
    "flair": { "type": "clitest.make", "params": { "value": "${value}", "file": "${flair}" } },
    "t1": { "type": "clitest.make", "params": { "value": "${value}", "file": "${t1}" } },
    "write": {
      "type": "clitest.write", "inputs": { "volume": "flair.volume" }, "params": { "path": "${out}/${case}_lesions.txt" },
      "bids": { "path": { "suffix": "mask", "desc": "lesions" } }
    },
    "plain": { "type": "clitest.write", "inputs": { "volume": "t1.volume" }, "params": { "path": "${out}/${case}_plain.txt" } }
  }
})";

/// As above, with images and what is to be said of them.
inline const std::string kImagesGraph = R"({
  "format": 1,
  "name": "images",
  "summary": "Finds lesions",
  "inputs": {
    "flair": { "type": "path", "bids": { "suffix": "FLAIR" } },
    "t1": { "type": "path", "bids": { "suffix": "T1w" } },
    "value": { "type": "number", "default": 1 }
  },
  "nodes": {
    "flair": { "type": "clitest.make", "params": { "value": "${value}", "file": "${flair}" } },
    "t1": { "type": "clitest.make", "params": { "value": "${value}", "file": "${t1}" } },
    "mask": {
      "type": "clitest.write", "inputs": { "volume": "flair.volume" }, "params": { "path": "${out}/${case}_lesions.nii.gz" },
      "bids": { "path": { "suffix": "mask", "label": "L", "metadata": { "Type": "Lesion", "SpatialReference": "${flair}" } } }
    },
    "clean": {
      "type": "clitest.write", "inputs": { "volume": "t1.volume" }, "params": { "path": "${out}/${case}_clean.nii" },
      "bids": { "path": { "suffix": "T1w", "desc": "clean", "metadata": { "SkullStripped": true, "Description": "Cleaned" } } }
    },
    "table": {
      "type": "clitest.write", "inputs": { "volume": "t1.volume" }, "params": { "path": "${out}/${case}_clean.txt" },
      "bids": { "path": { "suffix": "T1w", "desc": "other" } }
    }
  }
})";

/// Each case waits until a file named after it is there.
inline const std::string kWaitGraph = R"({
  "format": 1,
  "name": "waiting",
  "inputs": { "value": { "type": "number", "default": 1 } },
  "nodes": {
    "make": { "type": "clitest.make", "params": { "value": "${value}" } },
    "wait": {
      "type": "clitest.wait", "inputs": { "volume": "make.volume" },
      "params": { "begun": "${out}/${case}.begun", "release": "${out}/${case}.release" }
    },
    "write": { "type": "clitest.write", "inputs": { "volume": "wait.volume" }, "params": { "path": "${out}/${case}.txt" } }
  }
})";

/// The values of all cases, and their sum over the run.
inline const std::string kSumGraph = R"({
  "format": 1,
  "name": "sum",
  "inputs": { "value": { "type": "number", "default": 1 } },
  "nodes": {
    "make": { "type": "clitest.make", "params": { "value": "${value}" } },
    "write": { "type": "clitest.write", "inputs": { "volume": "make.volume" }, "params": { "path": "${out}/${case}.txt" } },
    "all": { "type": "clitest.sum", "inputs": { "volumes": "make.volume" }, "params": { "path": "${out}/sum.txt" } }
  }
})";

/// A training's shape: all cases of a run make one file, which a node that fires once for the run writes when it may.
inline const std::string kGatherGraph = R"({
  "format": 1,
  "name": "gather",
  "inputs": { "value": { "type": "number", "default": 1 } },
  "nodes": {
    "make": { "type": "clitest.make", "params": { "value": "${value}" } },
    "fit": {
      "type": "clitest.gather", "inputs": { "volumes": "make.volume" },
      "params": { "path": "${out}/model.txt", "begun": "${out}/fit.begun", "release": "${out}/fit.release" }
    }
  }
})";

/// A value, multiplied by a plugin that tests change, written to a text file.
inline const std::string kFormulaGraph = R"({
  "format": 1,
  "name": "formula",
  "inputs": { "value": { "type": "number", "default": 7 } },
  "nodes": {
    "make": { "type": "clitest.make", "params": { "value": "${value}" } },
    "times": { "type": "formula.multiply", "inputs": { "volume": "make.volume" } },
    "write": { "type": "clitest.write", "inputs": { "volume": "times.volume" }, "params": { "path": "${out}/${case}.txt" } }
  }
})";

/// A phantom head, thresholded and shown: no library beyond the framework's is needed.
inline const std::string kPhantomGraph = R"({
  "format": 1,
  "name": "bright",
  "inputs": { "seed": { "type": "integer", "default": 1 } },
  "nodes": {
    "head": { "type": "phantom.head", "params": { "seed": "${seed}", "size": [40, 48, 40], "spacing": [4, 4, 4] } },
    "normalise": { "type": "intensity.normalise", "inputs": { "volume": "head.flair" } },
    "bright": { "type": "segment.threshold", "inputs": { "volume": "normalise.volume" }, "params": { "above": 1.5 } },
    "picture": {
      "type": "view.montage", "inputs": { "image": "head.flair", "mask": "bright.mask", "reference": "head.lesions" },
      "params": { "path": "${out}/${case}.png" }
    }
  }
})";

/// The plugins of kPhantomGraph are built.
inline bool phantom_plugins_are_built() {
  for (const char* name : {"phantom", "intensity", "segment", "view"})
    if (!std::filesystem::exists(std::filesystem::path(FLOWRUN_TEST_PLUGINS) / (std::string(name) + ".so"))) return false;
  return true;
}

}  // namespace flowrun::testing
