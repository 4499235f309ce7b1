#include "playing/midi_port.h"

#include <RtMidi.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "base/error.h"
#include "base/quiet_stderr.h"
#include "base/text.h"

namespace toccata::playing {

namespace {

constexpr const char* kClient = "Toccata";
constexpr unsigned char kNoteOff = 0x80, kNoteOn = 0x90, kController = 0xb0, kProgram = 0xc0;
constexpr unsigned char kSustain = 64, kAllSoundOff = 120, kAllNotesOff = 123;

// RtMidi's errors are thrown; its warnings, which it would print, are kept.
void take_error(RtMidiError::Type type, const std::string& text, void* warning) {
  if (type != RtMidiError::WARNING && type != RtMidiError::DEBUG_WARNING) {
    throw RtMidiError(text, type);
  }
  *static_cast<std::string*>(warning) = text;
}

// The first of the system's MIDI systems that has ports; else the first that there is at all.
template <typename Midi>
std::unique_ptr<Midi> open_system() {
  const QuietStderr quiet;  // ALSA and JACK say there what they also return
  std::vector<RtMidi::Api> apis;
  RtMidi::getCompiledApi(apis);
  std::unique_ptr<Midi> first;
  for (const RtMidi::Api api : apis) {
    if (api == RtMidi::RTMIDI_DUMMY) continue;
    try {
      auto midi = std::make_unique<Midi>(api, kClient);
      // JACK without a server is but a warning.
      std::string warning;
      midi->setErrorCallback(take_error, &warning);
      const unsigned ports = midi->getPortCount();
      midi->setErrorCallback(nullptr, nullptr);
      if (!warning.empty()) continue;
      if (ports > 0) return midi;
      if (!first) first = std::move(midi);
    } catch (const RtMidiError&) {
      // This system is not there: perhaps the next is.
    }
  }
  if (!first) {
    fail(
        "this computer has no MIDI ports: neither ALSA's sequencer nor a JACK server runs here. "
        "Without --port the music goes to the sound card; --sound-file writes it to a file");
  }
  return first;
}

std::vector<std::string> names_of(RtMidi& midi) {
  std::vector<std::string> names;
  for (unsigned i = 0; i < midi.getPortCount(); ++i) names.push_back(midi.getPortName(i));
  return names;
}

// The number of the port that is meant; none where there is no such.
std::optional<unsigned> find_port(const std::vector<std::string>& names,
                                  const std::string& wanted) {
  if (const auto number = parse_number<unsigned>(wanted); number && *number < names.size())
    return number;
  for (unsigned i = 0; i < names.size(); ++i) {
    if (!wanted.empty() && lower_case(names[i]).find(lower_case(wanted)) != std::string::npos)
      return i;
  }
  return std::nullopt;
}

// Opens what the options mean; the full name of the port that it is connected to, empty for a
// virtual one.
template <typename Midi>
std::string open_port(Midi& midi, const PortOptions& options, const char* what) {
  try {
    if (options.is_virtual) {
      midi.openVirtualPort(options.name);
      return "";
    }
    const std::vector<std::string> names = names_of(midi);
    const std::optional<unsigned> port = find_port(names, options.name);
    if (!port) {
      fail("there is no MIDI port \"{}\" to {}; {}", options.name, what,
           names.empty() ? "there are none at all: connect an instrument, or start a "
                           "synthesizer"
                         : fmt::format("there are: {}", fmt::join(names, ", ")));
    }
    midi.openPort(*port, kClient);
    return names[*port];
  } catch (const RtMidiError&) {
    fail(
        "the MIDI port \"{}\" cannot be opened: another program may hold it; toccata play --ports "
        "lists those that are there",
        options.name);
  }
}

class PortOutput : public Output {
 public:
  explicit PortOutput(const PortOptions& options) : options_(options) { open(); }

  void note_on(int pitch, int velocity) override {
    send({status(kNoteOn), byte(pitch), byte(velocity)});
  }
  void note_off(int pitch) override { send({status(kNoteOff), byte(pitch), 64}); }

  void silence() noexcept override {
    try {
      if (!midi_) return;
      // Some instruments know no controllers of channel mode.
      put({status(kController), kSustain, 0});
      for (int pitch = 0; pitch < 128; ++pitch) put({status(kNoteOff), byte(pitch), 64});
      put({status(kController), kAllNotesOff, 0});
      put({status(kController), kAllSoundOff, 0});
    } catch (...) {
      // It is gone: there is nothing that could sound.
    }
  }

  bool recover() override {
    try {
      open();
      return true;
    } catch (const Error&) {
      midi_.reset();
      return false;
    }
  }

  std::string name() const override { return fmt::format("the MIDI port {}", options_.name); }

 private:
  using Time = std::chrono::steady_clock;
  static unsigned char byte(int value) {
    return static_cast<unsigned char>(std::clamp(value, 0, 127));
  }
  unsigned char status(unsigned char kind) const {
    return static_cast<unsigned char>(kind | (options_.channel & 15));
  }

  void open() {
    midi_.reset();
    auto midi = open_system<RtMidiOut>();
    connected_to_ = open_port(*midi, options_, "play to");
    midi_ = std::move(midi);
    looked_ = Time::now();
    put({status(kProgram), byte(options_.program)});
  }

  void put(const std::vector<unsigned char>& message) { midi_->sendMessage(&message); }

  // Neither ALSA nor JACK says that the other end has gone: one has to look.
  void send(const std::vector<unsigned char>& message) {
    if (!midi_) fail("it is closed");
    const auto now = Time::now();
    try {
      if (!connected_to_.empty() && now - looked_ > std::chrono::milliseconds(500)) {
        looked_ = now;
        const std::vector<std::string> names = names_of(*midi_);
        if (std::find(names.begin(), names.end(), connected_to_) == names.end()) {
          fail("it is no longer among the system's ports");
        }
      }
      put(message);
    } catch (const RtMidiError&) {
      fail("it takes no more notes");
    }
  }

  PortOptions options_;
  std::string connected_to_;
  std::unique_ptr<RtMidiOut> midi_;
  Time::time_point looked_;
};

class PortInput : public Input {
 public:
  explicit PortInput(const PortOptions& options) : midi_(open_system<RtMidiIn>()) {
    open_port(*midi_, options, "listen to");
  }

  std::vector<HeardNote> heard() override {
    std::vector<HeardNote> notes;
    std::vector<unsigned char> message;
    try {
      for (midi_->getMessage(&message); !message.empty(); midi_->getMessage(&message)) {
        if (message.size() < 3) continue;
        const int kind = message[0] & 0xf0;
        if (kind == kNoteOn) notes.push_back({message[1], message[2] > 0});
        if (kind == kNoteOff) notes.push_back({message[1], false});
        // Whatever was held, its ends will not come.
        if (kind == kController && message[1] >= kAllSoundOff) {
          for (int pitch = 0; pitch < 128; ++pitch) notes.push_back({pitch, false});
        }
      }
    } catch (const RtMidiError&) {
      // A keyboard that is gone plays nothing.
    }
    return notes;
  }

 private:
  std::unique_ptr<RtMidiIn> midi_;
};

}  // namespace

PortNames midi_ports() {
  PortNames names;
  names.outputs = names_of(*open_system<RtMidiOut>());
  names.inputs = names_of(*open_system<RtMidiIn>());
  return names;
}

std::unique_ptr<Output> open_midi_output(const PortOptions& options) {
  return std::make_unique<PortOutput>(options);
}

std::unique_ptr<Input> open_midi_input(const PortOptions& options) {
  return std::make_unique<PortInput>(options);
}

}  // namespace toccata::playing
