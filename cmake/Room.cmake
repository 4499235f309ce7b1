# toccata_room(NAME ROOMS lower… LINK targets… TEST_LINK targets… WITHOUT regexes…)
#   The library toccata_NAME from src/NAME/*.cc, and, beside it, the test program NAME_tests from src/NAME/*_test.cc.
#   WITHOUT names sources to leave out; what stands in their place is in src/NAME/absent.
#   ROOMS are the rooms it may include; cmake/../tests/include_directions_test checks that it includes no other.
function(toccata_room name)
  cmake_parse_arguments(PARSE_ARGV 1 room "" "" "ROOMS;LINK;TEST_LINK;WITHOUT")
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cc)
  foreach(pattern IN LISTS room_WITHOUT)
    list(FILTER sources EXCLUDE REGEX "/${name}/${pattern}")
  endforeach()
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_(test|bench|fuzz)\\.cc$")
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  list(TRANSFORM room_ROOMS PREPEND toccata_)
  if(sources)
    add_library(toccata_${name} STATIC ${sources})
    target_link_libraries(toccata_${name} PUBLIC toccata::options ${room_ROOMS} ${room_LINK})
  else()
    add_library(toccata_${name} INTERFACE)
    target_link_libraries(toccata_${name} INTERFACE toccata::options ${room_ROOMS} ${room_LINK})
  endif()
  if(TOCCATA_TESTS AND tests)
    toccata_test(${name}_tests SOURCES ${tests} LINK toccata_${name} ${room_TEST_LINK})
  endif()
endfunction()

# toccata_test(NAME SOURCES … LINK …): a GoogleTest program whose tests ctest knows one by one. Tests named Long… carry
# the label "long"; ./dev test leaves them out, ./dev test --all runs them.
function(toccata_test name)
  cmake_parse_arguments(PARSE_ARGV 1 test "" "" "SOURCES;LINK")
  add_executable(${name} ${test_SOURCES})
  target_link_libraries(${name} PRIVATE ${test_LINK} toccata_test_support)
  target_compile_definitions(${name} PRIVATE TOCCATA_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  include(GoogleTest)
  gtest_discover_tests(${name} TEST_FILTER "-Long*" DISCOVERY_TIMEOUT 120 PROPERTIES TIMEOUT 600)
  gtest_discover_tests(${name} TEST_FILTER "Long*" TEST_LIST ${name}_long DISCOVERY_TIMEOUT 120
                       PROPERTIES LABELS long TIMEOUT 7200)
endfunction()
