#pragma once

namespace toccata::cli {

/// Replaces this process by toccata-train with the arguments after "train", as git does with its
/// subcommands: beside this program, else on the PATH. Returns only by throwing Error, where there
/// is none.
[[noreturn]] void hand_over_to_train(int argc, char** argv);

}  // namespace toccata::cli
