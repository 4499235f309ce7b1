// The whole server over real sockets.
#include "studio/studio.h"

#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "base/base64.h"
#include "music/to_score.h"
#include "notation/smf_reader.h"
#include "notation/smf_writer.h"
#include "studio/test_studio.h"
#include "tasks/compose.h"
#include "tasks/given_music.h"

namespace toccata::studio {
namespace {

constexpr const char* kSmall = R"({"model":"small","steps":32,"pieces":2,"seed":5,"meter":"3/4"})";

std::string text_of(const Bytes& bytes) {
  return {bytes.begin(), bytes.end()};
}

TEST(Studio, TellsThatItLives) {
  const TestStudio studio;
  const Answer answer = studio.ask("GET", "/health");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.json()["status"], "ok");
}

TEST(Studio, ComposesByteForByteAsTheCommandLineDoes) {
  StudioOptions options;
  options.program = "toccata test";
  const TestStudio studio(options);
  const Json done = studio.compose(kSmall);
  EXPECT_EQ(done["state"], "done");
  const network::Model model = small_model();
  tasks::ComposeTask task{.program = "toccata test",
                          .model_name = "small",
                          .model = &model,
                          .order = {.seed = 5, .pieces = 2, .steps = 32, .meter = "3/4"}};
  composing::fill_in(task.order, {});
  Progress silent;
  const Stop never;
  std::uint64_t number = 0;
  tasks::compose(
      task,
      [&](tasks::MadePiece&& made) {
        const Answer piece = studio.ask("GET", fmt::format("/api/compositions/{}/pieces/{}.mid",
                                                           done["id"].get<std::string>(), number));
        EXPECT_EQ(piece.status, 200);
        EXPECT_EQ(piece.headers.at("Content-Type"), "audio/midi");
        EXPECT_EQ(piece.body, text_of(made.midi)) << number;
        ++number;
      },
      silent, never);
  EXPECT_EQ(number, 2u);
}

TEST(Studio, NamesEveryControlThatItTakes) {
  const TestStudio studio;
  const Answer answer = studio.ask("GET", "/api/controls");
  ASSERT_EQ(answer.status, 200);
  std::set<std::string> keys;
  const Json body = answer.json();
  for (const Json& control : body["controls"]) {
    keys.insert(control["key"]);
    for (const char* member : {"name", "group", "meaning", "kind"})
      EXPECT_FALSE(control[member].get<std::string>().empty()) << control.dump();
    if (control["kind"] == "words") {
      EXPECT_GE(control["words"].size(), 2u);
    }
  }
  for (const char* key : {"seed", "first", "ending_bars", "pick", "chord_file", "bars", "key"})
    EXPECT_TRUE(keys.contains(key)) << key;
  EXPECT_FALSE(keys.contains("retries"));
}

TEST(Studio, TellsNotesAsTheyAreComposed) {
  const TestStudio studio;
  const Answer made =
      studio.ask("POST", "/api/compositions", R"({"model":"small","steps":4000,"seed":5})");
  ASSERT_EQ(made.status, 202) << made.body;
  TestClient client = studio.client();
  client.write(fmt::format("GET /api/compositions/{}/events HTTP/1.1\r\nHost: localhost\r\n\r\n",
                           made.json()["id"].get<std::string>()));
  const std::string text = client.read_all(std::chrono::seconds(30));
  EXPECT_NE(text.find("Content-Type: text/event-stream"), std::string::npos);
  EXPECT_NE(text.find("event: frames"), std::string::npos);
  EXPECT_NE(text.find("event: end"), std::string::npos);
  EXPECT_LT(text.find("event: frames"), text.find("event: end"));
}

TEST(Studio, TellsEveryNoteToWhoListensAfterTheEnd) {
  const TestStudio studio;
  const Json done = studio.compose(R"({"model":"small","steps":40,"seed":5})");
  const std::string path = "/api/compositions/" + done["id"].get<std::string>();
  TestClient client = studio.client();
  client.write(fmt::format("GET {}/events HTTP/1.1\r\nHost: localhost\r\n\r\n", path));
  std::istringstream lines(client.read_all(std::chrono::seconds(30)));
  std::vector<std::string> kinds;
  std::set<std::pair<int, int>> struck;  // onset and pitch
  int steps = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("event: ")) kinds.push_back(line.substr(7));
    if (!line.starts_with("data: ") || kinds.back() != "frames") continue;
    const Json data = Json::parse(line.substr(6));
    for (const Json& frame : data["frames"]) {
      EXPECT_EQ(frame[1], steps++);
      for (const Json& pitch : frame[2]) struck.emplace(frame[1], pitch);
    }
  }
  EXPECT_EQ(steps, 40);
  ASSERT_FALSE(kinds.empty());
  EXPECT_EQ(kinds.front(), "queued");
  EXPECT_EQ(kinds.back(), "end");
  std::set<std::pair<int, int>> notes;
  const Json piece = studio.ask("GET", path + "/pieces/0.json").json();
  for (const Json& note : piece["music"]["notes"]) notes.emplace(note[0], note[2]);
  EXPECT_FALSE(notes.empty());
  EXPECT_EQ(struck, notes);
}

TEST(Studio, StopsWhatIsNoLongerWanted) {
  const TestStudio studio;
  const Answer made =
      studio.ask("POST", "/api/compositions", R"({"model":"small","steps":16000,"pieces":8})");
  ASSERT_EQ(made.status, 202);
  const std::string path = "/api/compositions/" + made.json()["id"].get<std::string>();
  EXPECT_EQ(studio.ask("DELETE", path).status, 200);
  Json now;
  for (int i = 0; i < 500; ++i) {
    now = studio.ask("GET", path).json();
    if (now["state"] == "stopped") break;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_EQ(now["state"], "stopped");
}

TEST(Studio, QueuesOrdersAndThenSaysWhenToComeAgain) {
  StudioOptions options;
  options.compositions.waiting = 3;
  const TestStudio studio(options);
  std::vector<std::string> taken;
  int refused = 0;
  for (int i = 0; i < 12; ++i) {
    const Answer answer =
        studio.ask("POST", "/api/compositions", R"({"model":"small","steps":16000,"pieces":8})");
    if (answer.status == 202) {
      taken.push_back(answer.json()["id"]);
    } else {
      EXPECT_EQ(answer.status, 429);
      EXPECT_GE(std::stoi(answer.headers.at("Retry-After")), 1);
      ++refused;
    }
  }
  EXPECT_GE(refused, 8);
  EXPECT_GE(taken.size(), 3u);
  EXPECT_EQ(studio.ask("GET", "/health").status, 200);
  for (const std::string& id : taken) studio.ask("DELETE", "/api/compositions/" + id);
  // Who no longer waits takes no place in the queue.
  EXPECT_EQ(studio.ask("GET", "/health").json()["waiting"], 0);
  // One whose turn had come meanwhile stops after its step.
  Json last;
  for (int i = 0; i < 500 && last["state"] != "stopped"; ++i) {
    if (i) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    last = studio.ask("GET", "/api/compositions/" + taken.back()).json();
  }
  EXPECT_EQ(last["state"], "stopped");
}

TEST(Studio, ForgetsOldCompositionsRatherThanGrow) {
  StudioOptions options;
  options.compositions.kept = 3;
  const TestStudio studio(options);
  std::vector<std::string> ids;
  for (int i = 0; i < 6; ++i) {
    ids.push_back(studio.compose(R"({"model":"small","steps":4})")["id"]);
  }
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), 6u);
  EXPECT_LE(studio.ask("GET", "/api/compositions").json()["compositions"].size(), 4u);
  EXPECT_EQ(studio.ask("GET", "/api/compositions/" + ids[0]).status, 404);
  EXPECT_EQ(studio.ask("GET", "/api/compositions/" + ids[5]).status, 200);
}

TEST(Studio, ReadsGoesOnFromAndScoresMusic) {
  const TestStudio studio;
  const Json done = studio.compose(kSmall);
  const std::string id = done["id"];
  const std::string midi = studio.ask("GET", "/api/compositions/" + id + "/pieces/0.mid").body;
  const Answer read = studio.ask("POST", "/api/read?model=small&name=x.mid", midi, "audio/midi");
  ASSERT_EQ(read.status, 200) << read.body;
  const Json piece = studio.ask("GET", "/api/compositions/" + id + "/pieces/0.json").json();
  EXPECT_EQ(read.json()["music"]["notes"], piece["music"]["notes"]);

  const Json order = {{"model", "small"},
                      {"steps", 12},
                      {"seed", 9},
                      {"prime", {{"music", piece["music"]}, {"name", "x.mid"}, {"bars", 2}}}};
  const Json more = studio.compose(order.dump());
  EXPECT_EQ(more["pieces"][0]["new_from"], 24);

  const Answer scored = studio.ask("POST", "/api/surprise",
                                   Json{{"model", "small"}, {"music", piece["music"]}}.dump());
  ASSERT_EQ(scored.status, 200) << scored.body;
  EXPECT_EQ(scored.json()["notes"].size(), piece["music"]["notes"].size());
  EXPECT_NEAR(scored.json()["nats_per_step"].get<double>(),
              done["pieces"][0]["nats_per_step"].get<double>(), 0.05);

  const Answer back = studio.ask(
      "POST", "/api/midi", Json{{"music", piece["music"]}, {"tempo", 90}, {"velocity", 70}}.dump());
  EXPECT_EQ(back.status, 200);
  EXPECT_TRUE(back.body.starts_with("MThd"));
}

TEST(Studio, ReworksARegionAndKeepsWhatIsPinned) {
  const TestStudio studio;
  const Json done = studio.compose(R"({"model":"small","steps":64,"seed":5})");
  const std::string path = "/api/compositions/" + done["id"].get<std::string>();
  const Json music = studio.ask("GET", path + "/pieces/0.json").json()["music"];
  Json pinned = Json::array();
  for (const Json& note : music["notes"]) {
    if (note[0] >= 16 && note[0] < 20) pinned.push_back({note[0], note[2]});
  }
  const Json order = {{"model", "small"},
                      {"seed", 6},
                      {"pieces", 2},
                      {"particles", 8},
                      {"infill", {{"music", music}, {"from", 16}, {"to", 32}, {"pinned", pinned}}}};
  const Json made = studio.compose(order.dump());
  EXPECT_EQ(made["state"], "done");
  EXPECT_EQ(made["order"]["infill"]["region"]["to"], 32);
  const Json other =
      studio.ask("GET", "/api/compositions/" + made["id"].get<std::string>() + "/pieces/1.json")
          .json()["music"];
  EXPECT_EQ(other["steps"], 64);
  EXPECT_NE(other["notes"], music["notes"]);
  const auto count = [](const Json& piece, auto which) {
    return std::count_if(piece["notes"].begin(), piece["notes"].end(), which);
  };
  for (const auto& part : {std::pair{0, 16}, std::pair{33, 64}}) {
    const auto in_part = [&](const Json& note) {
      return note[0] >= part.first && note[0] < part.second;
    };
    EXPECT_EQ(count(other, in_part), count(music, in_part));
  }
  for (const Json& pin : pinned) {
    EXPECT_EQ(
        count(other, [&](const Json& note) { return note[0] == pin[0] && note[2] == pin[1]; }), 1);
  }
}

// What the page has opened is reworked as the command line would, tracks, pedals and all; by
// whichever model, for the server reads it anew.
TEST(Studio, ReworksTheFileItself) {
  StudioOptions options;
  options.program = "toccata test";
  const TestStudio studio(options);
  notation::Score score = music::to_score(music::make_roll(64, 48, 71, 4, true));
  score.tracks.push_back(score.tracks.front());
  for (int i = 0; i < 16; ++i) {
    for (std::size_t t = 0; t < 2; ++t)
      score.tracks[t].notes.push_back({.onset = 480 * i + 7,
                                       .end = 480 * i + 400,
                                       .pitch = static_cast<std::uint8_t>(66 - 12 * t + i % 3),
                                       .velocity = static_cast<std::uint8_t>(30 + i),
                                       .channel = static_cast<std::uint8_t>(t)});
  }
  score.tracks[1].pedals = {{0, 1, true}, {4000, 1, false}};
  const Bytes midi = notation::write_smf(score);
  const Json done =
      studio.compose(Json{{"model", "small"},
                          {"seed", 5},
                          {"particles", 2},
                          {"infill", {{"midi", to_base64(midi)}, {"name", "x.mid"}, {"bars", "2"}}}}
                         .dump());
  ASSERT_EQ(done["state"], "done") << done.dump();
  const std::string made =
      studio.ask("GET", "/api/compositions/" + done["id"].get<std::string>() + "/pieces/0.mid")
          .body;
  const notation::Score after =
      notation::read_smf({reinterpret_cast<const std::uint8_t*>(made.data()), made.size()}, "made")
          .scores.at(0);
  ASSERT_EQ(after.tracks.size(), 2u);
  EXPECT_EQ(after.tracks[1].pedals, score.tracks[1].pedals);
  for (std::size_t t = 0; t < 2; ++t) {
    const auto outside = [](std::vector<notation::Note> notes) {
      std::erase_if(notes,
                    [](const notation::Note& n) { return n.onset >= 1920 && n.end <= 3840; });
      return notes;
    };
    EXPECT_EQ(outside(after.tracks[t].notes), outside(score.tracks[t].notes));
  }
  const network::Model model = small_model();
  composing::Order order{
      .seed = 5, .infill = composing::GivenFile{"x.mid"}, .infill_bars = "2", .particles = 2};
  tasks::hear(*order.infill, tasks::Use::infill, order, model.config, midi);
  Progress silent;
  const Stop never;
  tasks::compose(
      {.program = "toccata test", .model_name = "small", .model = &model, .order = order},
      [&](tasks::MadePiece&& piece) { EXPECT_EQ(made, text_of(piece.midi)); }, silent, never);
  const Answer wrong = studio.ask("POST", "/api/compositions",
                                  R"({"model":"small","infill":{"midi":"no base64","bars":"1"}})");
  EXPECT_EQ(wrong.status, 400);
  EXPECT_NE(wrong.body.find("base64"), std::string::npos);
}

TEST(Studio, RendersPicturesAndRefusesWhatIsNoMusic) {
  const TestStudio studio;
  music::Roll roll = music::make_roll(16, 48, 71, 4, true);
  roll.frame(0)[12] = music::kPlay | music::kArticulate;
  const std::string midi = text_of(notation::write_smf(music::to_score(roll)));
  const Answer svg = studio.ask("POST", "/api/render/svg", midi, "audio/midi");
  EXPECT_EQ(svg.status, 200);
  EXPECT_EQ(svg.headers.at("Content-Type"), "image/svg+xml");
  EXPECT_NE(svg.body.find("<svg"), std::string::npos);
  EXPECT_EQ(studio.ask("POST", "/api/render/exe", midi, "audio/midi").status, 400);
  EXPECT_EQ(studio.ask("POST", "/api/render/svg", "rubbish", "audio/midi").status, 400);
  EXPECT_EQ(studio.ask("POST", "/api/render/svg", midi, "text/html").status, 415);
  EXPECT_EQ(studio.ask("POST", "/api/read?model=small", "<html>", "audio/midi").status, 400);
}

TEST(Studio, ShowsFoldersAsTheirOwnerCallsThem) {
  const TemporaryFolder home;
  std::filesystem::create_directories(home.path() / "music" / "bach");
  const std::string before = std::getenv("HOME") ? std::getenv("HOME") : "";
  ::setenv("HOME", home.path().c_str(), 1);
  StudioOptions options;
  options.training.folders = named_folders(
      {(home.path() / "music/bach").string(), home.path().string(), TOCCATA_SOURCE_DIR});
  const Json folders = TestStudio(options).ask("GET", "/api/folders").json()["folders"];
  ::setenv("HOME", before.c_str(), 1);
  EXPECT_EQ(folders[0]["path"], "~/music/bach");
  EXPECT_EQ(folders[1]["path"], "~");
  EXPECT_EQ(folders[2]["path"], TOCCATA_SOURCE_DIR);
}

TEST(Studio, TrainsOnlyOnNamedFolders) {
  const TestStudio studio;
  EXPECT_EQ(studio.ask("GET", "/api/folders").json()["folders"].size(), 0u);
  for (const char* folder : {"/etc", "..", "", "."}) {
    const Answer answer =
        studio.ask("POST", "/api/runs", Json{{"name", "x"}, {"folder", folder}}.dump());
    EXPECT_EQ(answer.status, 400) << folder;
  }
  EXPECT_EQ(studio.ask("POST", "/api/runs/x/stop", "{}").status, 400);
  EXPECT_EQ(studio.ask("GET", "/api/runs/..%2F..%2Fetc").status, 400);
}

}  // namespace
}  // namespace toccata::studio
