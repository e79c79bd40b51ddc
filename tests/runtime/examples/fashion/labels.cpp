// SPDX-License-Identifier: MIT
#include <fashion/labels.hpp>

#include <doctest/doctest.h>

using fashion::Labels;

namespace {

Labels jeans(double type, double familiarity) {
    return {.category = {"trousers", 0.998}, .gender = {"male", 0.9}, .type = {"jeans", type}, .all_right = 0.3, .familiarity = familiarity};
}
Labels sunglasses() { return {.category = {"glasses", 0.7}, .gender = {}, .type = {"sunglasses", 0.65}, .all_right = 0.65, .familiarity = 1}; }

}  // namespace

TEST_CASE("each label has a probability of its own, and a question mark below the one that is asked for") {
    CHECK(jeans(0.42, 1).text(0.5, 0.01) == "trousers 1.00, male 0.90, jeans? 0.42");
    CHECK(jeans(0.42, 1).words(0.5, 0.01) == "trousers, male, jeans?");
    CHECK(jeans(0.42, 1).text(0.4, 0.01) == "trousers 1.00, male 0.90, jeans 0.42");
    CHECK(sunglasses().text(0.66, 0.01) == "glasses 0.70, sunglasses? 0.65");
}

TEST_CASE("of what is something else no probability is told") {
    CHECK(jeans(0.99, 0).text(0.5, 0.01) == "something else? nearest: trousers, male, jeans");
    CHECK(jeans(0.99, 0).words(0.5, 0.01) == "something else? nearest: trousers, male, jeans");
    CHECK(jeans(0.99, 0).text(0.5, 0) == "trousers 1.00, male 0.90, jeans 0.99");
}

TEST_CASE("the line for programs says the same, and is sure where each label is") {
    CHECK(jeans(0.42, 0.5).json("a.jpg", 0.5, 0.01) ==
          R"({"image":"a.jpg","category":"trousers","gender":"male","type":"jeans","labels":["trousers","male","jeans"],)"
          R"("confidence":{"category":0.998,"gender":0.9,"type":0.42},"sure":false,"something_else":false,"familiarity":0.5})");
    CHECK(sunglasses().json("b.jpg", 0.5, 0.01) ==
          R"({"image":"b.jpg","category":"glasses","gender":null,"type":"sunglasses","labels":["glasses","sunglasses"],)"
          R"("confidence":{"category":0.7,"gender":null,"type":0.65},"sure":true,"something_else":false,"familiarity":1.0})");
    CHECK(jeans(0.99, 0).json("c.jpg", 0.5, 0.01) ==
          R"({"image":"c.jpg","category":"trousers","gender":"male","type":"jeans","labels":["trousers","male","jeans"],)"
          R"("confidence":{"category":null,"gender":null,"type":null},"sure":false,"something_else":true,"familiarity":0.0})");
    for (const double familiarity : {0.0, 0.5})
        for (const double type : {0.42, 0.99}) CHECK(jeans(type, familiarity).sure(0.5, 0.01) == (familiarity > 0 && type > 0.5));
}
