# What the house stands on, each from a Debian 12 package (see the list in ./dev). What can do without which: docs/building.md.
# Names used by the rooms: toccata::options (flags every target takes) and the packages' own targets.
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
set(CMAKE_THREAD_PREFER_PTHREAD ON)
find_package(Threads REQUIRED)
find_package(PkgConfig)

# Headers alone do for these: an installed package, or else the folder of unpacked ones.
set(TOCCATA_DEPS "" CACHE PATH "Folder of unpacked packages, as ./dev deps --pack makes it, for headers that are not installed")
include(HeaderOnly)
toccata_header_only(nlohmann_json::nlohmann_json PACKAGE nlohmann_json 3.11 HEADER nlohmann/json.hpp DEBIAN nlohmann-json3-dev)
toccata_header_only(fmt::fmt PACKAGE fmt 9 HEADER fmt/format.h DEFINE FMT_HEADER_ONLY DEBIAN libfmt-dev)
toccata_header_only(tomlplusplus::tomlplusplus PACKAGE tomlplusplus 3 HEADER toml++/toml.h DEBIAN libtomlplusplus-dev)
toccata_header_only(CLI11::CLI11 PACKAGE CLI11 2 HEADER CLI/CLI.hpp DEBIAN libcli11-dev)
# Their libraries hold what only debug builds and other programs call.
toccata_header_only(toccata::hwy HEADER hwy/highway.h DEFINE HWY_IS_DEBUG_BUILD=0 DEBIAN libhwy-dev)
toccata_header_only(toccata::xxhash HEADER xxhash.h DEFINE XXH_INLINE_ALL DEBIAN libxxhash-dev)

# Each of these can be absent: what needs it is left out, says so when it is asked for, and is named below.
foreach(name IN ITEMS cairo fluidsynth sndfile rtmidi)
  if(PkgConfig_FOUND)
    pkg_check_modules(${name} QUIET IMPORTED_TARGET ${name})
  endif()
endforeach()
set(TOCCATA_HAS_AUDIO FALSE)
if(fluidsynth_FOUND AND sndfile_FOUND)
  set(TOCCATA_HAS_AUDIO TRUE)
endif()
# The studio: Beast and Asio are headers only.
find_package(Boost 1.81 QUIET)
find_package(OpenSSL QUIET)
set(TOCCATA_HAS_STUDIO FALSE)
if(Boost_FOUND AND OPENSSL_FOUND)
  set(TOCCATA_HAS_STUDIO TRUE)
endif()
# For measuring alone. Debian's dnnl-config.cmake asks for OpenCL, which the CPU needs not.
find_library(DNNL_LIBRARY dnnl)
if(DNNL_LIBRARY)
  add_library(toccata_dnnl INTERFACE)
  target_link_libraries(toccata_dnnl INTERFACE ${DNNL_LIBRARY})
endif()
foreach(part IN ITEMS "cairo_FOUND:cairo (libcairo2-dev):pictures and loss graphs"
                      "TOCCATA_HAS_AUDIO:FluidSynth and libsndfile (libfluidsynth-dev libsndfile1-dev):sound"
                      "rtmidi_FOUND:RtMidi (librtmidi-dev):MIDI ports for toccata play"
                      "TOCCATA_HAS_STUDIO:Boost 1.81 and OpenSSL (libboost1.81-dev libssl-dev):the studio"
                      "DNNL_LIBRARY:oneDNN (libdnnl-dev):the GEMM peak of ./dev bench")
  string(REPLACE ":" ";" part "${part}")
  list(GET part 0 variable)
  list(GET part 1 packages)
  list(GET part 2 what)
  if(NOT ${variable})
    message(STATUS "Absent: ${packages}; built without ${what}")
  endif()
endforeach()

if(TOCCATA_TRAINING)
  find_package(Torch REQUIRED)
  # Newer LibTorches bring headers of a fmt of their own, which come first for whoever includes them: no library goes with those.
  foreach(folder IN LISTS TORCH_INCLUDE_DIRS)
    if(EXISTS ${folder}/fmt/format.h AND NOT folder STREQUAL "/usr/include")
      target_compile_definitions(torch INTERFACE FMT_HEADER_ONLY)
    endif()
  endforeach()
endif()
if(TOCCATA_TESTS)
  find_package(GTest REQUIRED)
  find_package(rapidcheck QUIET)
endif()

add_library(toccata_options INTERFACE)
add_library(toccata::options ALIAS toccata_options)
target_compile_features(toccata_options INTERFACE cxx_std_20)
target_include_directories(toccata_options INTERFACE ${PROJECT_SOURCE_DIR}/src)
target_compile_options(toccata_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wno-unknown-pragmas)
target_link_libraries(toccata_options INTERFACE fmt::fmt)
if(TOCCATA_SANITIZE)
  target_compile_options(toccata_options INTERFACE -fsanitize=${TOCCATA_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(toccata_options INTERFACE -fsanitize=${TOCCATA_SANITIZE})
endif()
