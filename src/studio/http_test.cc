#include "studio/http.h"

#include <gtest/gtest.h>

#include "studio/answer.h"
#include "studio/page.h"
#include "studio/router.h"

namespace toccata::studio {
namespace {

using Path = std::vector<std::string>;

Request target(std::string_view text) {
  Request request;
  EXPECT_TRUE(parse_target(text, request)) << text;
  return request;
}

bool refused(std::string_view text) {
  Request request;
  return !parse_target(text, request);
}

TEST(Target, IsTakenApartAndDecoded) {
  EXPECT_EQ(target("/").path, Path{});
  EXPECT_EQ(target("/api/runs/my%20run/").path, (Path{"api", "runs", "my run"}));
  // A slash that is escaped separates nothing: it can never lead elsewhere.
  EXPECT_EQ(target("/a%2Fb").path, Path{"a/b"});
  const Request request = target("/x?name=a+b%26c&empty=&flag&&k=v=w");
  EXPECT_EQ(request.query.at("name"), "a b&c");
  EXPECT_EQ(request.query.at("empty"), "");
  EXPECT_EQ(request.query.at("flag"), "");
  EXPECT_EQ(request.query.at("k"), "v=w");
}

TEST(Target, IsRefusedWhereItIsNone) {
  for (const char* text : {"", "x", "http://evil.example/", "*", "/%", "/%4", "/%zz", "/a%00b",
                           "/a%0d%0ab", "/x?a=%0a", "/x?%g=1"}) {
    EXPECT_TRUE(refused(text)) << text;
  }
  std::string deep, wide = "/?";
  for (int i = 0; i < 40; ++i) {
    deep += "/a";
    wide += fmt::format("k{}=v&", i);
  }
  EXPECT_TRUE(refused(deep));
  EXPECT_TRUE(refused(wide));
}

TEST(Router, FindsTheRouteOrSaysWhichMethodsThereAre) {
  const auto nothing = [](const Request&, const Parameters&) { return Response{}; };
  const Router router({{"GET", "/api/runs", 0, "", Where::worker, nothing},
                       {"POST", "/api/runs", 9, "application/json", Where::worker, nothing},
                       {"GET", "/api/runs/{name}/events", 0, "", Where::here, nothing}});
  EXPECT_EQ(router.match("POST", {"api", "runs"}).route->most_body, 9u);
  EXPECT_EQ(router.match("HEAD", {"api", "runs"}).route->method, "GET");
  const auto match = router.match("GET", {"api", "runs", "..", "events"});
  ASSERT_NE(match.route, nullptr);
  EXPECT_EQ(match.parameters, Parameters{".."});
  EXPECT_EQ(router.match("DELETE", {"api", "runs"}).allow, "GET, HEAD, POST");
  EXPECT_EQ(router.match("GET", {"api"}).route, nullptr);
  EXPECT_EQ(router.match("GET", {"api"}).allow, "");
}

TEST(Answer, TurnsErrorsIntoStatuses) {
  const auto status = [](std::function<Response(const Request&, const Parameters&)> handle) {
    return answer({"GET", "/", 0, "", Where::here, std::move(handle)}, {}, {}).status;
  };
  EXPECT_EQ(status([](auto&, auto&) -> Response { fail_usage("wrong"); }), 400);
  EXPECT_EQ(status([](auto&, auto&) -> Response { fail("broken"); }), 500);
  EXPECT_EQ(status([](auto&, auto&) -> Response { throw std::bad_alloc(); }), 503);
  EXPECT_EQ(status([](auto&, auto&) -> Response { throw std::logic_error("x"); }), 500);
}

TEST(Answer, NamesOfDownloadsCannotEndAHeader) {
  const Response response = download({}, "audio/midi", "a\r\nX: y\"/../b.mid");
  const std::string text = header_text(response, 0, true);
  EXPECT_NE(text.find("filename=\"a__X__y__.._b.mid\""), std::string::npos) << text;
}

TEST(Page, IsServedWithTypesTagsAndNothingElse) {
  const Response index = page_response({}, "");
  EXPECT_EQ(index.status, 200);
  EXPECT_EQ(index.content_type, "text/html; charset=utf-8");
  std::string tag;
  for (const auto& [name, value] : index.headers) {
    if (name == "ETag") tag = value;
  }
  EXPECT_EQ(page_response({}, tag).status, 304);
  EXPECT_EQ(page_response({}, "\"other\"").status, 200);
  for (const Path& path :
       {Path{"..", "etc"}, Path{"assets", ".."}, Path{"assets/../index.html"}, Path{"index.htm"}}) {
    EXPECT_EQ(page_response(path, "").status, 404);
  }
  // Every script and style that the page names is there.
  const std::string_view html = *index.constant;
  std::size_t at = 0, named = 0;
  while ((at = html.find("/assets/", at)) != std::string_view::npos) {
    const std::string_view name = html.substr(at + 8, html.find('"', at) - at - 8);
    EXPECT_EQ(page_response({"assets", std::string(name)}, "").status, 200) << name;
    ++at;
    ++named;
  }
  EXPECT_GE(named, 2u);
}

}  // namespace
}  // namespace toccata::studio
