// toccata signature: whether this build computes what the last commit that meant to change it did.

#include <gtest/gtest.h>

#include "base/files.h"
#include "support/run_program.h"

namespace toccata {
namespace {

TEST(Signature, IsTheOneOnRecord) {
  const std::filesystem::path record = TOCCATA_SOURCE_DIR "/tests/signature.txt";
  const Outcome outcome = run_shell("TOCCATA_MODELS='" TOCCATA_SOURCE_DIR
                                    "/models' " TOCCATA_PROGRAMS "/toccata signature");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, read_text(record))
      << "What the program computes has changed: name=hash of a composition with that model, "
         "learning=hash of losses, gradients and updates, listening=hash of likelihoods. If the "
         "change is "
         "not meant, find it: git bisect run. If it is, write the new line into "
      << record << " and say so in the commit's message: \"Signature: why it changed\".";
}

}  // namespace
}  // namespace toccata
