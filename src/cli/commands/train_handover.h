#pragma once

#include <filesystem>
#include <optional>

namespace toccata::cli {

/// toccata-train: beside this program, else on the PATH; nothing where there is none.
std::optional<std::filesystem::path> find_toccata_train();

/// Replaces this process by toccata-train with the arguments after "train", as git does with its
/// subcommands. Returns only by throwing Error, where there is none.
[[noreturn]] void hand_over_to_train(int argc, char** argv);

}  // namespace toccata::cli
