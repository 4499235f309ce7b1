// What hostile, careless and slow clients get from the server.
#include "studio/server.h"

#include <gtest/gtest.h>

#include <set>

#include "studio/test_studio.h"

namespace toccata::studio {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

StudioOptions quick_limits() {
  StudioOptions options;
  options.server.limits.header_time = seconds(1);
  options.server.limits.body_time = seconds(1);
  options.server.limits.write_time = seconds(1);
  return options;
}

int status_of(const TestStudio& studio, const std::string& text) {
  TestClient client = studio.client();
  client.write(text);
  return TestClient::parse(client.read_all(seconds(5))).status;
}

std::string get(const std::string& path, const std::string& headers) {
  return "GET " + path + " HTTP/1.1\r\nConnection: close\r\n" + headers + "\r\n";
}

TEST(Server, LetsNoPathLeaveTheNamedFolders) {
  const TestStudio studio;
  const std::vector<std::string> climbs = {
      "..",           "%2e%2e",        ".%2e",        "%2e.",        "..%2f..", "..%5c..",
      "..\\..",       "%252e%252e",    "....//",      "..;",         "..%00",   "%c0%ae%c0%ae",
      "%uff0e%uff0e", "..%c0%af..",    "..%ef%bc%8f", "file:%2f%2f", "~",       "%7e",
      "C:%5c",        "%5c%5chost%5c", "..%09",       ".%2e%2f.%2e"};
  const std::vector<std::string> doors = {"/{}/{}/etc/passwd",
                                          "/assets/{}/{}/etc/passwd",
                                          "/assets/{}",
                                          "/{}",
                                          "/api/runs/{}",
                                          "/api/runs/{}/samples/{}",
                                          "/api/runs/{}/events",
                                          "/api/compositions/{}",
                                          "/api/compositions/{}/pieces/{}.mid",
                                          "/api/render/{}",
                                          "//{}/etc/passwd",
                                          "/./{}/etc/passwd",
                                          "/api/../{}/etc/passwd"};
  int asked = 0;
  for (const std::string& climb : climbs) {
    for (const std::string& door : doors) {
      const std::string path = fmt::format(fmt::runtime(door), climb, climb);
      TestClient client = studio.client();
      client.write(get(path, "Host: localhost\r\n"));
      const Answer answer = TestClient::parse(client.read_all(seconds(5)));
      EXPECT_GE(answer.status, 400) << path;
      EXPECT_LT(answer.status, 500) << path;
      EXPECT_EQ(answer.body.find("root:"), std::string::npos) << path;
      ++asked;
    }
  }
  EXPECT_GE(asked, 280);
}

TEST(Server, RefusesForeignHostsAndOriginsOnEveryRoute) {
  const TestStudio studio;
  for (const char* path : {"/", "/health", "/api/models", "/api/compositions", "/api/soundfont"}) {
    EXPECT_EQ(status_of(studio, get(path, "Host: evil.example\r\n")), 403) << path;
    EXPECT_EQ(status_of(studio, get(path, "")), 403) << path;
    EXPECT_EQ(status_of(studio, get(path, "Host: localhost\r\nOrigin: http://evil.example\r\n")),
              403)
        << path;
    EXPECT_EQ(status_of(studio, get(path, "Host: localhost\r\nHost: evil.example\r\n")), 400)
        << path;
  }
  EXPECT_EQ(
      status_of(studio, get("/api/models", "Host: localhost\r\nSec-Fetch-Site: cross-site\r\n")),
      403);
  EXPECT_EQ(status_of(studio, get("/", "Host: localhost\r\nSec-Fetch-Site: cross-site\r\n")), 200);
}

TEST(Server, AnswersBrokenRequestsAndLivesOn) {
  const TestStudio studio(quick_limits());
  const std::string host = "Host: localhost\r\n";
  const std::string post = "POST /api/compositions HTTP/1.1\r\n" + host +
                           "Connection: close\r\nContent-Type: application/json\r\n";
  const std::vector<std::pair<std::string, std::set<int>>> requests = {
      {"\r\n\r\n\r\n", {0, 400}},
      {"GET\r\n\r\n", {400}},
      {"GET / HTTP/9.9\r\n" + host + "\r\n", {400}},
      {"GET http://evil.example/ HTTP/1.1\r\n" + host + "\r\n", {400}},
      {"CONNECT evil.example:443 HTTP/1.1\r\n" + host + "\r\n", {400, 501}},
      {"TRACE / HTTP/1.1\r\n" + host + "Connection: close\r\n\r\n", {501}},
      {"PUT / HTTP/1.1\r\n" + host + "Content-Length: 0\r\nConnection: close\r\n\r\n", {501}},
      {"DELETE / HTTP/1.1\r\n" + host + "Connection: close\r\n\r\n", {405}},
      {std::string(200, '\x16') + "\r\n\r\n", {400}},
      {"GET / HTTP/1.1\r\n" + host + "X: " + std::string(20000, 'a') + "\r\n\r\n", {431}},
      {"GET /" + std::string(20000, 'a') + " HTTP/1.1\r\n" + host + "\r\n", {431}},
      {"GET / HTTP/1.1\r\n" + host + "X : y\r\n\r\n", {400}},
      {"GET / HTTP/1.1\r\n" + host + "X\r\n\r\n", {400}},
      {post + "Content-Length: 99999999999\r\n\r\n", {413}},
      {post + "Content-Length: 99999999999999999999999\r\n\r\n", {400}},
      {post + "Content-Length: -1\r\n\r\n", {400}},
      {post + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", {400}},
      {post + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", {400}},
      {post + "Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n", {400}},
      {post + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n", {400, 413}},
      {post + "Transfer-Encoding: chunked\r\n\r\n7fffffff\r\n", {413}},
      {post + "Transfer-Encoding: gzip\r\n\r\n", {0, 400}},
      {post + "Content-Length: 1\r\n\r\n{", {400}},
      {post + "Content-Length: 4\r\n\r\nnull", {400}},
      {post + "Content-Length: 2\r\n\r\n[]", {400}},
      {"POST /api/compositions HTTP/1.1\r\n" + host +
           "Connection: close\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}",
       {415}},
      {"POST /api/compositions HTTP/1.1\r\n" + host +
           "Connection: close\r\nContent-Length: 2\r\n\r\n{}",
       {415}},
      {"GET / HTTP/1.1\r\n" + host + "Content-Length: 5\r\nConnection: close\r\n\r\nhello", {413}},
  };
  for (const auto& [text, wanted] : requests) {
    EXPECT_TRUE(wanted.contains(status_of(studio, text)))
        << text.substr(0, 120) << " gave " << status_of(studio, text);
  }
  std::string flood = "GET / HTTP/1.1\r\n" + host;
  for (int i = 0; i < 3000; ++i) flood += fmt::format("X-{}: y\r\n", i);
  EXPECT_EQ(status_of(studio, flood + "\r\n"), 431);
  std::string deep = std::string(100000, '[');
  EXPECT_EQ(
      status_of(studio, post + fmt::format("Content-Length: {}\r\n\r\n{}", deep.size(), deep)),
      400);
  EXPECT_EQ(studio.ask("GET", "/health").status, 200);
}

TEST(Server, LetsGoOfClientsThatAreTooSlow) {
  const TestStudio studio(quick_limits());
  TestClient silent = studio.client(), half = studio.client(), body = studio.client();
  half.write("GET / HT");
  body.write(
      "POST /api/compositions HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
      "application/json\r\nContent-Length: 100\r\n\r\n{");
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(silent.read_all(seconds(8)), "");
  EXPECT_EQ(half.read_all(seconds(8)), "");
  EXPECT_EQ(body.read_all(seconds(8)), "");
  EXPECT_LT(std::chrono::steady_clock::now() - begun, seconds(6));
}

TEST(Server, LetsGoOfAClientThatNeverReads) {
  const TestStudio studio(quick_limits());
  TestClient client = studio.client();
  // More answers than the buffers of both ends hold.
  std::string many;
  for (int i = 0; i < 400; ++i) many += "GET /assets/x HTTP/1.1\r\nHost: localhost\r\n\r\n";
  client.write(many);
  EXPECT_EQ(studio.ask("GET", "/health").status, 200);
}

TEST(Server, KeepsAConnectionForSeveralRequests) {
  const TestStudio studio;
  TestClient client = studio.client();
  client.write(
      "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
      "HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n"
      "GET /nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  const std::string text = client.read_all(seconds(5));
  EXPECT_NE(text.find("HTTP/1.1 200"), std::string::npos);
  EXPECT_NE(text.find("HTTP/1.1 404"), std::string::npos);
  EXPECT_EQ(text.find("<!doctype"), std::string::npos) << "HEAD has no body";
}

TEST(Server, SaysContinueToThoseWhoWaitForIt) {
  const TestStudio studio;
  TestClient client = studio.client();
  client.write(
      "POST /api/read HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nExpect: "
      "100-continue\r\nContent-Type: audio/midi\r\nContent-Length: 4\r\n\r\n");
  const std::string first = client.read(
      seconds(5), [](const std::string& text) { return text.find("\r\n\r\n") != text.npos; });
  EXPECT_TRUE(first.starts_with("HTTP/1.1 100 "));
  client.write("nope");
  EXPECT_EQ(TestClient::parse(client.read_all(seconds(5))).status, 400);
}

TEST(Server, TurnsAwayConnectionsBeyondItsNumber) {
  StudioOptions options;
  options.server.limits.connections = 4;
  const TestStudio studio(options);
  std::vector<std::unique_ptr<TestClient>> idle;
  for (int i = 0; i < 4; ++i) idle.push_back(std::make_unique<TestClient>(studio.port()));
  std::this_thread::sleep_for(milliseconds(200));
  const Answer full = studio.ask("GET", "/health");
  EXPECT_EQ(full.status, 503);
  EXPECT_TRUE(full.headers.contains("Retry-After"));
  idle.clear();
  std::this_thread::sleep_for(milliseconds(200));
  EXPECT_EQ(studio.ask("GET", "/health").status, 200);
}

TEST(Server, HoldsOnlySoManyBytesOfBodies) {
  StudioOptions options;
  options.server.limits.bodies = std::size_t{1} << 20;
  const TestStudio studio(options);
  const std::string large(700000, ' ');
  const std::string head =
      "POST /api/read HTTP/1.1\r\nHost: localhost\r\nContent-Type: audio/midi\r\n"
      "Content-Length: 800000\r\n\r\n";
  TestClient first = studio.client(), second = studio.client();
  first.write(head + large);
  std::this_thread::sleep_for(milliseconds(300));
  second.write(head + large);
  const Answer refused = TestClient::parse(second.read_all(seconds(5)));
  EXPECT_EQ(refused.status, 503);
  EXPECT_TRUE(refused.headers.contains("Retry-After"));
  // Small requests get through; and what was held is free again once its client has gone.
  EXPECT_EQ(studio.compose(R"({"model":"small","steps":4})")["state"], "done");
  first.close();
  std::this_thread::sleep_for(milliseconds(300));
  EXPECT_EQ(studio.ask("POST", "/api/read", large, "audio/midi").status, 400);
}

TEST(Server, ForgetsListenersThatVanish) {
  const TestStudio studio;
  const Answer made =
      studio.ask("POST", "/api/compositions", R"({"model":"small","steps":16000,"pieces":4})");
  const std::string path = "/api/compositions/" + made.json()["id"].get<std::string>();
  for (int i = 0; i < 20; ++i) {
    TestClient client = studio.client();
    client.write("GET " + path + "/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
    client.read(seconds(5), [](const std::string& text) { return text.size() > 100; });
    client.close();
  }
  for (int i = 0; i < 100; ++i) {
    if (studio.ask("GET", "/health").json()["connections"] <= 1) break;
    std::this_thread::sleep_for(milliseconds(20));
  }
  EXPECT_LE(studio.ask("GET", "/health").json()["connections"], 1);
  studio.ask("DELETE", path);
}

TEST(Server, SaysWhatKeepsItFromListening) {
  const TestStudio studio;
  StudioOptions options;
  options.server.port = studio.port();
  EXPECT_THROW(Studio{options}, Error);
  options.server.port = 0;
  options.server.address = "somewhere";
  EXPECT_THROW(Studio{options}, Error);
  options.server.address = "127.0.0.1";
  options.server.certificate = "/no/such/certificate";
  EXPECT_THROW(Studio{options}, Error);
  options.server.key = "/no/such/key";
  EXPECT_THROW(Studio{options}, Error);
}

}  // namespace
}  // namespace toccata::studio
