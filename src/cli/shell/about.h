#pragma once
// What --version tells below its first line.

#include <string>
#include <vector>

namespace toccata::cli {

struct Feature {
  const char* name;
  bool present;
};

/// "features: pictures, sound; without the studio".
std::string features_text(const std::vector<Feature>& features);

/// "processor: Intel Xeon …, 2 threads; composing: avx512, bf16; training: avx512-bf16".
std::string processor_text();

/// "graphics card: NVIDIA H200", a line for each that the NVIDIA driver names; none otherwise.
std::vector<std::string> graphics_texts();

/// Features, devices found, where toccata-torch and the shipped models are.
std::string about_toccata();

}  // namespace toccata::cli
