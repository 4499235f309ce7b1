// Real MIDI ports, over JACK's dummy driver: a server of the test's own, where jackd is installed.

#include "playing/midi_port.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include <RtMidi.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <set>
#include <thread>

#include "base/error.h"
#include "listening/tiny_model.h"
#include "playing/player.h"

namespace toccata::playing {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;

Progress quiet;

class MidiPorts : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    // A name of its own: tests run side by side.
    const std::string name = "toccata-test-" + std::to_string(::getpid());
    ::setenv("JACK_DEFAULT_SERVER", name.c_str(), 1);
    ::setenv("JACK_NO_START_SERVER", "1", 1);
    server_ = ::fork();
    if (server_ == 0) {
      const int nowhere = ::open("/dev/null", O_RDWR);
      for (const int descriptor : {0, 1, 2}) ::dup2(nowhere, descriptor);
      ::execlp("jackd", "jackd", "-r", "-n", name.c_str(), "-d", "dummy", "-r", "48000", "-p", "64",
               nullptr);
      ::_exit(127);
    }
    for (int i = 0; i < 50 && !there_; ++i) {
      std::this_thread::sleep_for(100ms);
      if (::waitpid(server_, nullptr, WNOHANG) == server_) {
        server_ = 0;
        return;
      }
      // Where no server is, RtMidi says so and then uses it all the same.
      if (!listens(name)) continue;
      try {
        RtMidiOut probe(RtMidi::UNIX_JACK, "probe");
        probe.openVirtualPort("probe");
        there_ = true;
      } catch (const RtMidiError&) {
      }
    }
  }
  static void TearDownTestSuite() {
    if (server_ <= 0) return;
    ::kill(server_, SIGTERM);
    ::waitpid(server_, nullptr, 0);
  }
  void SetUp() override {
    if (!there_)
      GTEST_SKIP() << "skipped: needs jackd (Debian: jackd1 or jackd2) and its dummy driver";
  }

  // jackd1 makes a socket in a folder of this name, jackd2 a semaphore.
  static bool listens(const std::string& name) {
    namespace fs = std::filesystem;
    if (fs::exists("/dev/shm/jack-" + std::to_string(::getuid()) + "/" + name + "/jack_0"))
      return true;
    for (const auto& entry : fs::directory_iterator("/dev/shm")) {
      if (entry.path().filename().string().find(name) != std::string::npos) return true;
    }
    return false;
  }

  static pid_t server_;
  static bool there_;
};
pid_t MidiPorts::server_ = 0;
bool MidiPorts::there_ = false;

// Someone at the other end of a port, who remembers what sounds.
class Listener {
 public:
  explicit Listener(const std::string& name) : midi_(RtMidi::UNIX_JACK, "listener", 4096) {
    midi_.setCallback(&Listener::receive, this);
    midi_.openVirtualPort(name);
  }
  /// Connects to the first output port whose name has `part` in it.
  Listener(const std::string& name, const std::string& part)
      : midi_(RtMidi::UNIX_JACK, "listener", 4096) {
    midi_.setCallback(&Listener::receive, this);
    for (unsigned i = 0; i < midi_.getPortCount(); ++i) {
      if (midi_.getPortName(i).find(part) == std::string::npos) continue;
      midi_.openPort(i, name);
      return;
    }
    ADD_FAILURE() << "no port " << part;
  }
  std::set<int> sounding() {
    const std::lock_guard lock(mutex_);
    return sounding_;
  }
  std::atomic<int> begun = 0;

 private:
  static void receive(double, std::vector<unsigned char>* message, void* self) {
    auto& listener = *static_cast<Listener*>(self);
    const std::lock_guard lock(listener.mutex_);
    if (message->size() < 3) return;
    const int kind = (*message)[0] & 0xf0, pitch = (*message)[1];
    if (kind == 0x90) {
      ++listener.begun;
      listener.sounding_.insert(pitch);
    }
    if (kind == 0x80) listener.sounding_.erase(pitch);
  }
  std::mutex mutex_;
  std::set<int> sounding_;
  RtMidiIn midi_;
};

struct Stage {
  SteadyAlarmClock clock;
  Stop stop;
  PlayOptions options;
  std::shared_ptr<const network::Model> model =
      std::make_shared<network::Model>(listening::tiny_model(12, true));
  Stage() { options.order.tempo = 3000; }  // 200 steps per second

  PlayReport play(Output& output, Input* input = nullptr) {
    Player player(model, options, output, input, clock, quiet);
    return player.run({}, stop);
  }
};

TEST_F(MidiPorts, AVirtualPortCarriesEveryNoteAndEndsThem) {
  const auto output = open_midi_output({.name = "music", .is_virtual = true});
  Listener listener("in", "music");
  Stage stage;
  stage.options.steps = 600;
  const PlayReport report = stage.play(*output);
  std::this_thread::sleep_for(200ms);
  EXPECT_EQ(listener.begun, report.notes);
  EXPECT_GT(report.notes, 100);
  EXPECT_TRUE(listener.sounding().empty());
  RecordProperty("lateness_median_us", static_cast<int>(report.lateness.quantile(0.5) * 1e6));
  RecordProperty("lateness_most_us", static_cast<int>(report.lateness.most() * 1e6));
}

TEST_F(MidiPorts, StoppedInTheMiddleNothingSoundsOn) {
  const auto output = open_midi_output({.name = "music", .is_virtual = true});
  Listener listener("in", "music");
  Stage stage;
  std::thread later([&] {
    std::this_thread::sleep_for(700ms);
    stage.stop.request(SIGINT);
  });
  stage.play(*output);
  later.join();
  std::this_thread::sleep_for(200ms);
  EXPECT_GT(listener.begun, 0);
  EXPECT_TRUE(listener.sounding().empty());
}

class LongMidiPorts : public MidiPorts {};

// Among the long ones: it was seen to hang once, waiting for JACK.
TEST_F(LongMidiPorts, APortThatGoesAndComesBackIsFoundAgain) {
  auto listener = std::make_unique<Listener>("desk");
  const auto output = open_midi_output({.name = "desk"});
  Stage stage;
  std::unique_ptr<Listener> second;
  std::thread unplug([&] {
    std::this_thread::sleep_for(1s);
    listener.reset();
    std::this_thread::sleep_for(2s);
    second = std::make_unique<Listener>("desk");
    std::this_thread::sleep_for(3s);
    stage.stop.request(SIGINT);
  });
  const PlayReport report = stage.play(*output);
  unplug.join();
  std::this_thread::sleep_for(200ms);
  EXPECT_EQ(report.lost, 1);
  EXPECT_GT(second->begun, 50);
  EXPECT_TRUE(second->sounding().empty());
}

TEST_F(MidiPorts, WhatIsPlayedInIsHeard) {
  const auto input = open_midi_input({.name = "keys", .is_virtual = true});
  RtMidiOut player(RtMidi::UNIX_JACK, "hands");
  bool connected = false;
  for (unsigned i = 0; i < player.getPortCount() && !connected; ++i) {
    if (player.getPortName(i).find("keys") == std::string::npos) continue;
    player.openPort(i, "out");
    connected = true;
  }
  ASSERT_TRUE(connected);
  for (const std::vector<unsigned char>& message :
       {std::vector<unsigned char>{0x93, 64, 90}, {0xb3, 1, 5}, {0x93, 64, 0}, {0x80, 67, 1}}) {
    player.sendMessage(&message);
    std::this_thread::sleep_for(20ms);
  }
  std::this_thread::sleep_for(200ms);
  const std::vector<HeardNote> heard = input->heard();
  ASSERT_EQ(heard.size(), 3u);
  EXPECT_EQ(heard[0].pitch, 64);
  EXPECT_TRUE(heard[0].on);
  EXPECT_FALSE(heard[1].on);
  EXPECT_EQ(heard[2].pitch, 67);
  EXPECT_TRUE(input->heard().empty());
}

TEST_F(MidiPorts, AnAbsentPortIsAnErrorThatNamesThoseThereAre) {
  const Listener listener("desk");
  try {
    open_midi_output({.name = "no such thing"});
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("\"no such thing\""));
    EXPECT_THAT(error.what(), HasSubstr("desk"));
  }
}

// 28,800 steps: what an hour has at 120 quarters per minute, in two and a half minutes.
TEST_F(LongMidiPorts, AnHoursWorthOfStepsEndsWithoutAStuckNote) {
  const auto output = open_midi_output({.name = "music", .is_virtual = true});
  Listener listener("in", "music");
  Stage stage;
  stage.options.steps = 8 * 3600;
  const PlayReport report = stage.play(*output);
  std::this_thread::sleep_for(200ms);
  EXPECT_EQ(report.steps, 8 * 3600);
  EXPECT_EQ(listener.begun, report.notes);
  EXPECT_TRUE(listener.sounding().empty());
  RecordProperty("lateness_median_us", static_cast<int>(report.lateness.quantile(0.5) * 1e6));
  RecordProperty("lateness_p99_us", static_cast<int>(report.lateness.quantile(0.99) * 1e6));
  RecordProperty("lateness_most_us", static_cast<int>(report.lateness.most() * 1e6));
}

}  // namespace
}  // namespace toccata::playing
