// The plain-data contract between a plugin and the host. It is read from the library's file, byte by byte, before any code of the
// plugin runs, so it holds no C++ type and, apart from its last member, no pointer.
#pragma once

#include <stdint.h>

#define FLOWRUN_ABI_MAJOR 1  // raised when a plugin built before can no longer be used
#define FLOWRUN_ABI_MINOR 2  // raised when something is added that older plugins do not use

/// First bytes of the exported struct, with the closing zero. The host finds the struct by its symbol; these confirm it.
#define FLOWRUN_ABI_MAGIC "\x89" "flowrun.plugin"
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

/// Compiler, and standard library with its string ABI. C++ objects cross the boundary, so the standard library must be the same on both
/// sides, or the plugin is refused. Compilers may differ: GCC and Clang share the Itanium C++ ABI; one that is "unknown" must be the same.
/// (A standard header must be included before this one; node_type.h does so.)
#define FLOWRUN_BUILD_TAG FLOWRUN_BUILD_COMPILER " " FLOWRUN_BUILD_LIBRARY

#ifdef __cplusplus
extern "C" {
#endif

/// What a plugin exports, as the data symbol `flowrun_plugin`. Strings end in a zero.
typedef struct flowrun_plugin_abi {
  char magic[FLOWRUN_ABI_MAGIC_SIZE];
  uint32_t size;  ///< sizeof(flowrun_plugin_abi) as the plugin was built
  uint32_t abi_major;
  uint32_t abi_minor;
  uint32_t reserved;
  char build_tag[96];
  char name[64];  ///< as in "intensity": the prefix of its node types and the name in a graph's `requires`
  char version[32];  ///< "1.2.3"
  char licence[64];  ///< SPDX expression
  /// Hands over the node types: calls `take(sink, node_type)` for each, a `const flowrun::NodeType*` that is valid during the call.
  /// Called on one thread; no C++ exception leaves it: it returns zero, or non-zero when a description could not be made.
  int (*node_types)(void* sink, void (*take)(void* sink, const void* node_type));
} flowrun_plugin_abi;

#ifdef __cplusplus
}
#endif
