# cpack -G DEB: toccata, toccata-torch, toccata-models and libtoccata-dev (./dev package). Depends come from dpkg-shlibdeps.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")  # each package has its own
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL toccata models dev)
if(TOCCATA_TORCH)
  list(APPEND CPACK_COMPONENTS_ALL torch)
endif()
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "The Toccata authors <toccata@localhost>")
set(CPACK_DEBIAN_PACKAGE_SECTION sound)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_DEBIAN_TOCCATA_PACKAGE_NAME toccata)
set(CPACK_COMPONENT_TOCCATA_DESCRIPTION "learns polyphonic music from MIDI files and composes more\n\
Reads folders of MIDI, learns from them, says how well a model knows a piece,\n\
composes new ones from nothing or around what is given, renders sound and pictures,\n\
plays without end in real time, and serves a page to compose on.")
set(CPACK_DEBIAN_TOCCATA_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_TOCCATA_PACKAGE_RECOMMENDS "toccata-models, timgm6mb-soundfont")
set(CPACK_DEBIAN_TOCCATA_PACKAGE_SUGGESTS "toccata-torch, jackd1")
# The program of that name was in a package of its own.
set(CPACK_DEBIAN_TOCCATA_PACKAGE_REPLACES toccata-train)
set(CPACK_DEBIAN_TOCCATA_PACKAGE_CONFLICTS toccata-train)

set(CPACK_DEBIAN_TORCH_PACKAGE_NAME toccata-torch)
set(CPACK_COMPONENT_TORCH_DESCRIPTION "graphics cards and several processes for toccata train\n\
The plug-in that \"toccata train\" loads for --device cuda and where several\n\
processes train together. It is a package of its own because LibTorch is large.")
set(CPACK_DEBIAN_TORCH_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_TORCH_PACKAGE_DEPENDS "toccata (= ${PROJECT_VERSION})")
set(CPACK_DEBIAN_TORCH_PACKAGE_RECOMMENDS libopenblas0-pthread)

set(CPACK_DEBIAN_MODELS_PACKAGE_NAME toccata-models)
set(CPACK_COMPONENT_MODELS_DESCRIPTION "models for toccata\n\
What toccata composes with before one has trained a model of one's own.")
set(CPACK_DEBIAN_MODELS_PACKAGE_ARCHITECTURE all)
set(CPACK_DEBIAN_MODELS_PACKAGE_DEPENDS "")
set(CPACK_DEBIAN_MODELS_PACKAGE_RECOMMENDS toccata)

set(CPACK_DEBIAN_DEV_PACKAGE_NAME libtoccata-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
set(CPACK_COMPONENT_DEV_DESCRIPTION "the library behind toccata, to compose from C++\n\
A static library with headers, for find_package(Toccata) and pkg-config, and\n\
an example.")
set(packages libfmt-dev nlohmann-json3-dev)
if(cairo_FOUND)
  list(APPEND packages libcairo2-dev)
endif()
if(TOCCATA_HAS_AUDIO)
  list(APPEND packages libfluidsynth-dev libsndfile1-dev)
endif()
list(JOIN packages ", " CPACK_DEBIAN_DEV_PACKAGE_DEPENDS)
set(CPACK_DEBIAN_DEV_PACKAGE_RECOMMENDS toccata-models)

# Each package says who made what, under which licence, and what changed.
foreach(pair IN ITEMS toccata:toccata toccata-torch:torch toccata-models:models libtoccata-dev:dev)
  string(REPLACE ":" ";" pair ${pair})
  list(GET pair 0 name)
  list(GET pair 1 component)
  if(component STREQUAL "torch" AND NOT TOCCATA_TORCH)
    continue()
  endif()
  install(FILES ${PROJECT_SOURCE_DIR}/packaging/copyright DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${name} COMPONENT ${component})
  if(GZIP_PROGRAM)
    install(FILES ${PROJECT_BINARY_DIR}/changelog.gz DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${name} COMPONENT ${component})
  endif()
endforeach()
if(GZIP_PROGRAM)
  add_custom_command(OUTPUT ${PROJECT_BINARY_DIR}/changelog.gz
    COMMAND ${GZIP_PROGRAM} -9nc ${PROJECT_SOURCE_DIR}/CHANGELOG.md > ${PROJECT_BINARY_DIR}/changelog.gz
    DEPENDS ${PROJECT_SOURCE_DIR}/CHANGELOG.md VERBATIM)
  add_custom_target(changelog ALL DEPENDS ${PROJECT_BINARY_DIR}/changelog.gz)
endif()
include(CPack)
