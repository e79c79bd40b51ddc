// SPDX-License-Identifier: MIT
#include "pages.hpp"

#include <denim/denim.hpp>
#include <denim/exchange/onnx_term.hpp>
#include <denim/layer/spelling_table.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace denim;

TEST_CASE("numbers go from one column to the other") {
    const auto onnx = [](const char* word) { return detail::respelled(word, &SpellingRow::word, &SpellingRow::onnx); };
    CHECK(onnx("LeakyReLUOf<0.01>") == "LeakyRelu(x, alpha: 0.01 else 0.01)");
    CHECK(onnx("LeakyReLU") == "LeakyRelu(x, alpha: 0.3 else 0.01)");
    CHECK(onnx("Clip<-0.5, 1e-7>") == "Clip(x, -0.5, 1e-7)");
    CHECK_FALSE(onnx("Clip<>"));
    CHECK_FALSE(onnx("Clip<1>"));
    CHECK_FALSE(onnx("Clip<1, x>"));
    CHECK_FALSE(onnx("ReLU66"));
    CHECK(detail::respelled("elu of 0.5", &SpellingRow::keras, &SpellingRow::word) == "ELUOf<0.5>");
}

TEST_CASE("nodes are taken apart") {
    const detail::OnnxTerm leaky{"LeakyRelu(x, alpha: # else 0.01, axis: 1i)"};
    CHECK(leaky.text == "LeakyRelu");
    CHECK(leaky.flat());
    REQUIRE(leaky.attributes.size() == 2);
    CHECK(leaky.attributes[0].name == "alpha");
    CHECK(leaky.attributes[0].number == "#");
    CHECK(leaky.attributes[0].otherwise == "0.01");
    CHECK(leaky.attributes[1].number == "1i");
    const detail::OnnxTerm silu{"Mul(x, Sigmoid(x))"};
    REQUIRE(silu.inputs.size() == 2);
    CHECK_FALSE(silu.flat());
    CHECK(silu.inputs[0].kind == detail::OnnxTerm::Kind::value);
    CHECK(silu.inputs[1].text == "Sigmoid");
    CHECK(detail::OnnxTerm{"PRelu(x, alpha...)"}.flat());
    CHECK_FALSE(detail::OnnxTerm{"Clip(x, 0, 6)"}.flat());
}

TEST_CASE("each row stands in the tables of docs/layers.md under Keras's name, and each activation of the page has its row") {
    const std::string page = read(root / "docs/layers.md");
    std::string names;
    for (const auto& cells : table_below(page, "## Activations")) {
        const std::string word = cells.at(0).substr(1, cells[0].find('`', 1) - 1);
        names += word + '\n';
        bool found = word == "Linear";
        for (const SpellingRow& row : spelling_table) {
            if (row.word.substr(0, row.word.find('<')) != word.substr(0, word.find('<'))) continue;
            found = true;
        }
        CHECK_MESSAGE(found, word << " has no row in spelling_table.hpp");
    }
    for (const SpellingRow& row : spelling_table) {
        const std::string word{row.word.substr(0, row.word.find('<'))}, keras{row.keras.substr(0, row.keras.find(' '))};
        const bool stands = page.find("`" + word) != std::string::npos;
        CHECK_MESSAGE(stands, row.word << " is not in docs/layers.md");
    }
}
