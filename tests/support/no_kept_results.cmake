# Read by ctest before it starts the tests: they keep no results, unless a test names a folder of its own.
set(ENV{FLOWRUN_CACHE} off)
