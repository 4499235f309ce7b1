#pragma once

#include "music/options.h"

namespace toccata::corpus {

/// How folders and files are read into pieces.
struct ImportOptions {
  music::Options roll;
  int min_steps = 1;          // shorter pieces are left out (the original's "max_time_steps")
  bool strict = false;        // refuses files that would be repaired
  int max_bad = -1;           // more unreadable files than this are an Error; -1: no limit
  int threads = 0;            // 0: as many as the processor has
  bool leave_packed = false;  // pieces of packs keep their frames there (Piece::packed)
};

}  // namespace toccata::corpus
