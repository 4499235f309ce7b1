#include "studio/access.h"

#include <gtest/gtest.h>

#include <set>

#include "base/error.h"
#include "studio/test_studio.h"

namespace toccata::studio {
namespace {

constexpr const char* kToken = "an-owners-token-0123456789";
const Access kAsking{kToken};

TEST(Access, AdmitsWhoeverShowsTheToken) {
  EXPECT_TRUE(Access{}.admits("", "", 8642)) << "without a token nobody is asked";
  EXPECT_TRUE(kAsking.admits(std::string("Bearer ") + kToken, "", 8642));
  EXPECT_TRUE(kAsking.admits(std::string("token ") + kToken, "", 8642));
  EXPECT_TRUE(kAsking.admits(std::string("BEARER  ") + kToken + " ", "", 8642));
  EXPECT_TRUE(kAsking.admits("", std::string("toccata-8642=") + kToken, 8642));
  EXPECT_TRUE(kAsking.admits("", std::string("a=b; toccata-8642=") + kToken + "; c=d", 8642));
  EXPECT_TRUE(kAsking.admits("", std::string("toccata-8642=old; toccata-8642=") + kToken, 8642));
}

TEST(Access, RefusesAllElse) {
  const std::string token = kToken;
  for (const std::string& header :
       std::vector<std::string>{"", token, "Bearer", "Bearer ", "Bearer" + token, "Basic " + token,
                                "Bearer " + token.substr(1), "Bearer " + token + "0",
                                "Bearer AN-OWNERS-TOKEN-0123456789", "Bearer \"" + token + "\"",
                                "Bearer " + token + ", Bearer x", "token token " + token,
                                "Bearer " + token + std::string(1, '\0')}) {
    EXPECT_FALSE(kAsking.admits(header, "", 8642)) << header;
  }
  for (const std::string& cookies : std::vector<std::string>{
           "toccata-8643=" + token, "toccata=" + token, "xtoccata-8642=" + token,
           "toccata-8642 =" + token, "toccata-8642=\"" + token + "\"",
           "toccata-8642=" + token + "x", "toccata-8642", "toccata-8642=", ";;; ;=;",
           "toccata-8642x=" + token}) {
    EXPECT_FALSE(kAsking.admits("", cookies, 8642)) << cookies;
  }
}

TEST(Access, DrawsTokensAndTakesOnlyThoseThatAddressesCarry) {
  std::set<std::string> drawn;
  for (int i = 0; i < 100; ++i) drawn.insert(new_token());
  EXPECT_EQ(drawn.size(), 100u);
  EXPECT_EQ(drawn.begin()->size(), 48u);
  for (const std::string& token : drawn) EXPECT_NO_THROW(check_token(token));
  EXPECT_NO_THROW(check_token(kToken));
  for (const std::string& bad :
       {std::string(), std::string("short"), std::string(257, 'a'), std::string("with a space"),
        std::string("semi;colon"), std::string("percent%20"), std::string("line\nbreak")}) {
    EXPECT_THROW(check_token(bad), Error) << bad;
  }
}

TEST(Access, IsAskedForOnEveryRouteButThePageItself) {
  StudioOptions options;
  options.server.access.token = kToken;
  const TestStudio studio(options);
  const std::string bearer = fmt::format("Authorization: Bearer {}\r\n", kToken);
  for (const auto& [method, path] :
       std::vector<std::pair<std::string, std::string>>{{"GET", "/health"},
                                                        {"GET", "/api/models"},
                                                        {"GET", "/api/controls"},
                                                        {"GET", "/api/soundfont"},
                                                        {"GET", "/api/folders"},
                                                        {"GET", "/api/runs"},
                                                        {"GET", "/api/runs/x"},
                                                        {"GET", "/api/runs/x/events"},
                                                        {"GET", "/api/compositions"},
                                                        {"GET", "/api/compositions/x/events"},
                                                        {"POST", "/api/compositions"},
                                                        {"POST", "/api/runs"},
                                                        {"POST", "/api/read"},
                                                        {"POST", "/api/render/flac"},
                                                        {"DELETE", "/api/compositions/x"},
                                                        {"PUT", "/api/models"},
                                                        {"GET", "/api/nothing"},
                                                        {"GET", "/deep/nothing/here"}}) {
    const Answer refused = studio.ask(method, path);
    EXPECT_EQ(refused.status, 401) << path;
    EXPECT_EQ(refused.headers.at("WWW-Authenticate"), "Bearer") << path;
    EXPECT_EQ(refused.body.find(kToken), std::string::npos);
    EXPECT_EQ(studio.ask(method, path + "?token=" + kToken).status, 401)
        << "an address is no place for it but the page's";
    EXPECT_NE(studio.ask(method, path, "", "application/json", bearer).status, 401) << path;
  }
  EXPECT_EQ(studio.ask("GET", "/").status, 200) << "the page asks for the token itself";
  EXPECT_EQ(studio.ask("GET", "/api/models", "", "", "Authorization: Bearer wrong\r\n").status,
            401);
  EXPECT_EQ(studio.ask("GET", "/api/models", "", "", bearer + bearer).status, 400);
}

TEST(Access, GivesACookieForTheTokenInTheAddress) {
  StudioOptions options;
  options.server.access.token = kToken;
  const TestStudio studio(options);
  const Answer shown = studio.ask("GET", std::string("/?token=") + kToken);
  EXPECT_EQ(shown.status, 303);
  EXPECT_EQ(shown.headers.at("Location"), "/");
  const std::string cookie = shown.headers.at("Set-Cookie");
  EXPECT_NE(cookie.find("; HttpOnly; SameSite=Strict"), std::string::npos) << cookie;
  const std::string pair = cookie.substr(0, cookie.find(';'));
  EXPECT_EQ(studio.ask("GET", "/api/models", "", "", "Cookie: " + pair + "\r\n").status, 200);
  for (const char* wrong : {"", "wrong", "an-owners-token-012345678", "%00"}) {
    const Answer refused = studio.ask("GET", std::string("/?token=") + wrong);
    EXPECT_NE(refused.status, 303) << wrong;
    EXPECT_FALSE(refused.headers.contains("Set-Cookie")) << wrong;
  }
  // A page elsewhere cannot use the cookie that a browser would add.
  EXPECT_EQ(studio
                .ask("GET", "/api/models", "", "",
                     "Cookie: " + pair + "\r\nOrigin: http://evil.example\r\n")
                .status,
            403);
}

}  // namespace
}  // namespace toccata::studio
