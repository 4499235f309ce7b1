#include "studio/guard.h"

#include <gtest/gtest.h>

namespace toccata::studio {
namespace {

const Guard kPlain;
const Guard kNamed{{"Piano.Example"}};

TEST(Guard, KnowsLoopbackAndTheAddressConnectedTo) {
  for (const char* host : {"localhost", "localhost:8642", "LOCALHOST:1", "127.0.0.1",
                           "127.1.2.3:80", "[::1]", "[::1]:8642"}) {
    EXPECT_EQ(kPlain.refusal(host, "", "", "127.0.0.1", false), "") << host;
  }
  EXPECT_EQ(kPlain.refusal("192.168.1.7:8642", "", "", "192.168.1.7", false), "");
}

TEST(Guard, RefusesEveryOtherHost) {
  for (const char* host : {"",
                           "evil.example",
                           "evil.example:8642",
                           "127.0.0.1.evil.example",
                           "localhost.evil.example",
                           "localhost:x",
                           "localhost:123456",
                           "localhost:",
                           "[::1",
                           "[::1]x",
                           "[::1]:x",
                           "192.168.1.7:8642",
                           "127.0.0",
                           "127.0.0.1@evil.example",
                           "localhost, evil.example",
                           "0x7f.1",
                           "evil.example#localhost",
                           "localhost/",
                           "localhost evil",
                           "::1"}) {
    EXPECT_NE(kPlain.refusal(host, "", "", "127.0.0.1", false), "") << host;
  }
}

TEST(Guard, KnowsTheNamesItWasGiven) {
  EXPECT_EQ(kNamed.refusal("piano.example:8642", "", "", "10.0.0.1", false), "");
  EXPECT_NE(kNamed.refusal("other.example", "", "", "10.0.0.1", false), "");
}

TEST(Guard, RefusesPagesFromElsewhere) {
  const auto origin = [](const char* text, bool secure = false) {
    return kPlain.refusal("localhost:8642", text, "", "127.0.0.1", secure);
  };
  EXPECT_EQ(origin("http://localhost:8642"), "");
  EXPECT_EQ(origin("https://localhost:8642", true), "");
  for (const char* text :
       {"null", "http://evil.example", "http://localhost", "http://localhost:3000",
        "https://localhost:8642", "http://localhost:8642.evil.example", "file://",
        "http://127.0.0.1:8642", "http://localhost:8642/"}) {
    EXPECT_NE(origin(text), "") << text;
  }
}

TEST(Guard, RefusesWhatABrowserSaysIsForeign) {
  const auto site = [](const char* text) {
    return kPlain.refusal("localhost", "", text, "127.0.0.1", false);
  };
  EXPECT_EQ(site("same-origin"), "");
  EXPECT_EQ(site("none"), "");
  EXPECT_NE(site("cross-site"), "");
  EXPECT_NE(site("same-site"), "");
}

TEST(Guard, ShowsAnAttackersTextShortAndPlain) {
  const std::string told =
      kPlain.refusal("evil\r\nSet-Cookie: x" + std::string(300, 'a'), "", "", "127.0.0.1", false);
  EXPECT_EQ(told.find('\n'), std::string::npos);
  EXPECT_LT(told.size(), 250u);
}

}  // namespace
}  // namespace toccata::studio
