// The plain-data contract between a plugin and the host. The host reads it from the library's file, byte by byte, before any code
// of the plugin runs. So it contains no C++ type, and its pointers come last.
#pragma once

#include <stdint.h>

#define FLOWRUN_ABI_MAJOR 2  // raised when a plugin that was built before can no longer be used
#define FLOWRUN_ABI_MINOR 0  // raised when something is added; plugins and hosts of every minor number work together

/// First bytes of the exported struct, with the closing zero. The host finds the struct by its symbol; these confirm it.
#define FLOWRUN_ABI_MAGIC \
  "\x89"                  \
  "flowrun.plugin"
#define FLOWRUN_ABI_MAGIC_SIZE 16

#define FLOWRUN_STRINGIZE_(x) #x
#define FLOWRUN_STRINGIZE(x) FLOWRUN_STRINGIZE_(x)

#if defined(__clang__)
#define FLOWRUN_BUILD_COMPILER "clang-" FLOWRUN_STRINGIZE(__clang_major__)
#elif defined(__GNUC__)
#define FLOWRUN_BUILD_COMPILER "gcc-" FLOWRUN_STRINGIZE(__GNUC__)
#else
#define FLOWRUN_BUILD_COMPILER "unknown"
#endif

#if defined(_LIBCPP_VERSION)
#define FLOWRUN_BUILD_LIBRARY "libc++-" FLOWRUN_STRINGIZE(_LIBCPP_ABI_VERSION)
#elif defined(__GLIBCXX__) && defined(_GLIBCXX_DEBUG)
#define FLOWRUN_BUILD_LIBRARY "libstdc++-debug-cxx11abi-" FLOWRUN_STRINGIZE(_GLIBCXX_USE_CXX11_ABI)
#elif defined(__GLIBCXX__)
#define FLOWRUN_BUILD_LIBRARY "libstdc++-cxx11abi-" FLOWRUN_STRINGIZE(_GLIBCXX_USE_CXX11_ABI)
#else
#define FLOWRUN_BUILD_LIBRARY "unknown"
#endif

/// Compiler, and standard library with its string ABI. C++ objects cross the boundary, so the standard library must be the same
/// on both sides, or the plugin is refused. Compilers may differ: GCC and Clang share the Itanium C++ ABI; one that is "unknown"
/// must be the same. (A standard header must be included before this one; node_type.h does so.)
#define FLOWRUN_BUILD_TAG FLOWRUN_BUILD_COMPILER " " FLOWRUN_BUILD_LIBRARY

#ifdef __cplusplus
extern "C" {
#endif

/// What a plugin exports, as the data symbol `flowrun_plugin`. Strings end in a zero.
///
/// The functions may be called from any thread, several at a time. No C++ exception leaves them: a failure is one call of `fail`
/// with a sentence (UTF-8, ends in a zero), which is valid during that call only. `sink` is the caller's and is handed back
/// unchanged.
typedef struct flowrun_plugin_abi {
  char magic[FLOWRUN_ABI_MAGIC_SIZE];
  uint32_t size;  ///< sizeof(flowrun_plugin_abi) as the plugin was built; later minor numbers may append members
  uint32_t abi_major;
  uint32_t abi_minor;
  uint32_t reserved;
  char build_tag[96];
  char name[64];     ///< as in "intensity": the prefix of its node types and the name in a graph's `requires`
  char version[32];  ///< "1.2.3"
  char licence[64];  ///< SPDX expression
  void* user;        ///< the plugin's own, passed to each function below
  /// Hands over the description, JSON text in UTF-8 (docs/plugin-abi.md), in one call of `take`. Returns 0, or another number
  /// after `fail`.
  int (*describe)(void* user, void* sink, void (*take)(void* sink, const char* text, uint64_t length),
                  void (*fail)(void* sink, const char* sentence));
  /// A new flowrun::Node of a described type, which the caller owns and deletes through its virtual destructor; null after
  /// `fail`.
  void* (*create)(void* user, const char* type_name, void* sink, void (*fail)(void* sink, const char* sentence));
  /// What else the plugin offers, by a name with a version ("flowrun.codecs/1"); null: not offered. Valid as long as the library
  /// is loaded.
  const void* (*extension)(void* user, const char* id);
} flowrun_plugin_abi;

/// One payload type of a plugin as bytes (flowrun/sdk/codec.h). Both functions return 0 (null) after one call of `fail`.
typedef struct flowrun_codec {
  const char* payload;  ///< the type's name
  void* user;           ///< passed to both functions
  /// `value` is a flowrun::Payload of that type. Calls `put` any number of times.
  int (*write)(void* user, const void* value, void* sink, void (*put)(void* sink, const void* bytes, uint64_t length),
               void (*fail)(void* sink, const char* sentence));
  /// A new flowrun::Payload, which the caller owns and deletes through its virtual destructor.
  void* (*read)(void* user, const void* bytes, uint64_t length, void* sink, void (*fail)(void* sink, const char* sentence));
} flowrun_codec;

#define FLOWRUN_CODECS "flowrun.codecs/1"  // the extension that is a flowrun_codecs
typedef struct flowrun_codecs {
  uint64_t count;
  const flowrun_codec* codecs;
} flowrun_codecs;

#ifdef __cplusplus
}
#endif
