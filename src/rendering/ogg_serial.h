#pragma once
// libsndfile gives each Ogg stream a serial number drawn from the clock. Files of ours are the same
// bytes for the same music, so it is set to a fixed one.

#include <cstdint>
#include <filesystem>
#include <span>

namespace toccata::rendering {

/// The CRC of an Ogg page (RFC 3533: polynomial 0x04c11db7, not reflected, from 0).
std::uint32_t ogg_crc(std::span<const std::uint8_t> page);

/// Sets the serial number of every page of the file to `serial` and each page's CRC to match.
/// Throws Error where the file is no sequence of Ogg pages.
void set_ogg_serial(const std::filesystem::path& path, std::uint32_t serial);

}  // namespace toccata::rendering
