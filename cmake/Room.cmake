# toccata_precompile(TARGET [FIRST target] [headers…]): what most sources include is compiled once, with TARGET where headers are
#   named, else as FIRST has it. g++ alone: clang builds without, and shows which sources miss an include. Sources with flags of their
#   own are compiled without, and so the kernels, which choose their instructions before any header.
option(TOCCATA_PCH "Precompile what most sources include (with g++)" ON)
function(toccata_precompile target)
  cmake_parse_arguments(PARSE_ARGV 1 only "" "FIRST" "")
  if(NOT TOCCATA_PCH OR NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    return()
  endif()
  if(only_UNPARSED_ARGUMENTS)
    target_precompile_headers(${target} PRIVATE <algorithm> <filesystem> <fmt/format.h> <fmt/ranges.h> <functional> <map> <memory>
                              <nlohmann/json.hpp> <optional> <span> <string> <vector> ${only_UNPARSED_ARGUMENTS})
  else()
    target_precompile_headers(${target} REUSE_FROM ${only_FIRST})
  endif()
endfunction()

# toccata_cool(TARGET): what nobody waits for while it runs, but everybody while it is compiled: -O1 takes a third less time than -O3.
function(toccata_cool target)
  target_compile_options(${target} PRIVATE $<$<AND:$<CONFIG:Release>,$<COMPILE_LANG_AND_ID:CXX,GNU>>:-O1>)
endfunction()

# toccata_room(NAME ROOMS lower… LINK targets… PRIVATE targets… WITHOUT regexes…)
#   The library toccata_NAME from src/NAME/*.cc, and, beside it, the test program NAME_tests from src/NAME/*_test.cc and, with
#   TOCCATA_FUZZ, a libFuzzer program X_fuzz from each src/NAME/X_fuzz.cc.
#   PRIVATE are libraries that no header of the room shows.
#   COOL: toccata_cool. WITHOUT names sources to leave out; what stands in their place is in src/NAME/absent.
#   ROOMS are the rooms it may include; cmake/../tests/include_directions_test checks that it includes no other.
function(toccata_room name)
  cmake_parse_arguments(PARSE_ARGV 1 room "COOL" "" "ROOMS;LINK;PRIVATE;WITHOUT")
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cc)
  foreach(pattern IN LISTS room_WITHOUT)
    list(FILTER sources EXCLUDE REGEX "/${name}/${pattern}")
  endforeach()
  # base has a folder for each kind of operating system.
  foreach(kind IN ITEMS posix windows wasm)
    if(NOT kind STREQUAL TOCCATA_SYSTEM)
      list(FILTER sources EXCLUDE REGEX "/base/${kind}/")
    endif()
  endforeach()
  set(tests ${sources})
  set(fuzzers ${sources})
  list(FILTER sources EXCLUDE REGEX "_(test|bench|fuzz)\\.cc$")
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  list(FILTER fuzzers INCLUDE REGEX "_fuzz\\.cc$")
  list(TRANSFORM room_ROOMS PREPEND toccata_)
  if(sources)
    add_library(toccata_${name} STATIC ${sources})
    target_link_libraries(toccata_${name} PUBLIC toccata::options ${room_ROOMS} ${room_LINK})
    target_link_libraries(toccata_${name} PRIVATE ${room_PRIVATE})
    # Those libraries bring macros of their own, which the headers are then to be compiled with.
    # What is compiled with other flags cannot share them either.
    if(room_COOL)
      toccata_cool(toccata_${name})
    endif()
    if(name STREQUAL "base" OR name STREQUAL "tasks" OR room_PRIVATE)
      toccata_precompile(toccata_${name} <cmath>)
    elseif(room_COOL)
      toccata_precompile(toccata_${name} FIRST toccata_tasks)
    else()
      toccata_precompile(toccata_${name} FIRST toccata_base)
    endif()
  else()
    add_library(toccata_${name} INTERFACE)
    target_link_libraries(toccata_${name} INTERFACE toccata::options ${room_ROOMS} ${room_LINK})
  endif()
  if(TOCCATA_TESTS AND tests)
    toccata_test(${name}_tests SOURCES ${tests} LINK toccata_${name} ${room_PRIVATE})
  endif()
  if(TOCCATA_FUZZ)
    foreach(source IN LISTS fuzzers)
      get_filename_component(fuzzer ${source} NAME_WE)
      add_executable(${fuzzer} ${source})
      target_link_libraries(${fuzzer} PRIVATE toccata_${name})
      target_link_options(${fuzzer} PRIVATE -fsanitize=fuzzer)
      set_target_properties(${fuzzer} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/fuzz)
    endforeach()
  endif()
endfunction()

# toccata_test(NAME SOURCES … LINK …): a GoogleTest program whose tests ctest knows one by one. Tests named Long… carry
# the label "long"; ./dev test leaves them out, ./dev test --all runs them.
#   LABEL: that its quick tests carry.
function(toccata_test name)
  cmake_parse_arguments(PARSE_ARGV 1 test "" "LABEL" "SOURCES;LINK")
  set(properties TIMEOUT 600)
  if(test_LABEL)
    list(APPEND properties LABELS ${test_LABEL})
  endif()
  add_executable(${name} ${test_SOURCES})
  target_link_libraries(${name} PRIVATE ${test_LINK} toccata_test_support)
  toccata_cool(${name})
  target_compile_definitions(${name} PRIVATE TOCCATA_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  if(name STREQUAL "base_tests")
    toccata_precompile(${name} <gmock/gmock.h> <gtest/gtest.h>)
  elseif(NOT "${test_LINK}" MATCHES "PkgConfig|torch")  # these bring macros of their own
    toccata_precompile(${name} FIRST base_tests)
  endif()
  include(GoogleTest)
  gtest_discover_tests(${name} TEST_FILTER "-Long*" DISCOVERY_TIMEOUT 120 PROPERTIES ${properties})
  gtest_discover_tests(${name} TEST_FILTER "Long*" TEST_LIST ${name}_long DISCOVERY_TIMEOUT 120
                       PROPERTIES LABELS long TIMEOUT 7200)
endfunction()
