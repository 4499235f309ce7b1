#pragma once

namespace toccata::notation {

/// The name of a General MIDI level 1 sound, 0..127: "Acoustic grand piano" for 0.
const char* sound_name(int program);

}  // namespace toccata::notation
